import { defineIntent, pick } from "./define.ts";

export const outOfScope = defineIntent(
  "out_of_scope",
  { en: "nothing a shop can help with", zh: "网店管不了的事" },
  pick(),
);
