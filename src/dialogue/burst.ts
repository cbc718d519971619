import type { DialogueState } from "./types.ts";

/** Greetings and lead-ins that announce more to come: "在吗", "hi, a question". */
const LEAD_IN =
  /^(你好|您好|在吗|在不在|有人吗|亲|请问|那个|就是|我想问一下|我想问下|想问一下|问一下|打扰一下|hi|hello|hey|hi there|excuse me|quick question|i have a question)[\s,，。.!！?？~～、呀啊哈]*$/i;
const UNFINISHED_END = /[,，、:：…]\s*$|\.\.\.\s*$/;

export interface BurstTimes {
  /** How long the inbox must be quiet before a turn starts. */
  burstQuietMs: number;
  /** The same after words that announce more. */
  leadInQuietMs: number;
}

/**
 * How long to wait for more of the same burst (D5). An answer to a proposal is never held up: the customer waits for it
 * to take effect.
 */
export function quietTimeMs(state: DialogueState, lastText: string, times: BurstTimes): number {
  if (state === "CONFIRM" || state === "HANDOFF") return 0;
  const text = lastText.trim();
  return LEAD_IN.test(text) || UNFINISHED_END.test(text) ? times.leadInQuietMs : times.burstQuietMs;
}
