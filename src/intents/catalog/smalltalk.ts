import { defineIntent, pick } from "./define.ts";

export const smalltalk = defineIntent(
  "smalltalk",
  { en: "greetings, thanks, goodbye", zh: "打招呼、祝福、感谢、再见" },
  pick(),
);
