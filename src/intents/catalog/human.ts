import { defineIntent, pick } from "./define.ts";

export const human = defineIntent("human", { en: "wants to talk to a person", zh: "要人工客服" }, pick("reason"));
