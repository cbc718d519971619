/** The customer of a test dialogue: says its turns, then answers what is asked. */
import { localeOf } from "../dialogue/locale.ts";
import type { DialogueState, Locale, Slot } from "../dialogue/types.ts";
import type { TestDialogue } from "./verdict.ts";

/** A conversation under way, in this process or over HTTP. */
export interface Talk {
  say(text: string): Promise<void>;
  /** Where it stands; `missing` are the slots of all open requests. */
  standing(): Promise<{ state: DialogueState; missing: Slot[] }>;
}

const ANSWERS_MAX = 6;
const SKIP: Record<Locale, string> = { zh: "跳过", en: "skip" };
const NO: Record<Locale, string> = { zh: "不要", en: "no" };

export async function follow(dialogue: TestDialogue, talk: Talk): Promise<void> {
  let { locale } = dialogue;
  for (const turn of dialogue.turns) {
    if (turn === null) await answer(dialogue, talk, locale);
    else {
      locale = localeOf(turn, locale);
      await talk.say(turn);
    }
  }
  for (let tries = 0; tries < ANSWERS_MAX && (await answer(dialogue, talk, locale)); tries++);
}

/** Answers from `simulate` what is asked now; false when nothing is, or there is no answer. */
async function answer({ simulate }: TestDialogue, talk: Talk, locale: Locale): Promise<boolean> {
  const { state, missing } = await talk.standing();
  if (state === "CONFIRM") {
    await talk.say(simulate.confirm ?? NO[locale]);
    return true;
  }
  if (state !== "COLLECT") return false;
  const slot = (["items", "variant", "reason"] as const).find((each) => missing.includes(each) && simulate[each]);
  if (slot === undefined && missing[0] === "items") return false;
  await talk.say((slot && simulate[slot]) ?? SKIP[locale]);
  return true;
}
