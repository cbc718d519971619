import { describe, expect, test } from "@jest/globals";
import { quietTimeMs } from "../../src/dialogue/burst.ts";

const times = { burstQuietMs: 300, leadInQuietMs: 2_000 };
const quiet = (text: string, state: Parameters<typeof quietTimeMs>[0] = "INIT") => quietTimeMs(state, text, times);

describe("how long a burst is waited for (D5)", () => {
  test.each([
    "在吗",
    "你好",
    "您好！",
    "hi",
    "Hello?",
    "excuse me",
    "我想问一下，",
    "the lamp I bought...",
    "台灯、",
    "order number:",
  ])("%s announces more", (text) => {
    expect(quiet(text)).toBe(times.leadInQuietMs);
  });

  test.each(["我要退台灯", "你好，我要退台灯", "hi, return my lamp", "hidden fees", "history", "好的", ""])(
    "%j stands alone",
    (text) => {
      expect(quiet(text)).toBe(times.burstQuietMs);
    },
  );

  test.each(["CONFIRM", "HANDOFF"] as const)("nothing is held up in %s", (state) => {
    expect(quiet("你好", state)).toBe(0);
  });
});
