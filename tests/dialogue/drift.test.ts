/** Drifting away from the open task (D8), and money or medicine that nobody is sure of (M6). */
import { describe, expect, test } from "@jest/globals";
import { transition } from "../../src/dialogue/transition.ts";
import type { Act } from "../../src/dialogue/types.ts";
import { dialogueIn, keysOf, mentionOf, play, request, said, shirt } from "../support/dialogue-fixtures.ts";

const weather: Act = { intent: "out_of_scope" };
const away = said({ acts: [weather], offTopic: true });
const postage = said({ acts: [{ intent: "question", question: "who pays?", answers: ["postage"] }] });

describe("D8: the customer is pulled back to what is open", () => {
  test.each(["COLLECT", "CONFIRM"] as const)("after the second turn off topic in %s, not after the first", (state) => {
    const once = transition(dialogueIn[state](), away);
    expect(keysOf(once.effects)).not.toContain("pullBack");
    const twice = transition(once.next, away);
    const resumed = state === "CONFIRM" ? "propose" : "ask";
    expect(keysOf(twice.effects)).toEqual(["outOfScope", "pullBack", resumed]);
    expect(twice.next.state).toBe(state);
    expect(twice.why).toContain("drifted");
  });

  test("and is not told so again in the very next turn", () => {
    const back = play([away, away], dialogueIn.CONFIRM());
    expect(keysOf(transition(back, away).effects)).not.toContain("pullBack");
    expect(keysOf(transition(play([away], back), away).effects)).toContain("pullBack");
  });

  test("a turn on topic in between starts the count anew", () => {
    const steady = play([away, postage], dialogueIn.CONFIRM());
    expect(keysOf(transition(steady, away).effects)).not.toContain("pullBack");
  });

  test("where nothing is open there is nothing to be pulled back to", () => {
    const idle = play([away], dialogueIn.INIT());
    expect(keysOf(transition(idle, away).effects)).toEqual(["outOfScope"]);
  });

  test("a yes after drifting still is for the proposal that was put again", () => {
    const { effects } = transition(play([away, away], dialogueIn.CONFIRM()), said({ answer: "yes" }));
    expect(effects.map(({ type }) => type)).toContain("execute");
  });
});

describe("M6: money and medicine aren't guessed at", () => {
  const guess = said({ acts: [request("return", { mention: mentionOf([shirt]) })], unsure: true });

  test.each(["INIT", "COLLECT", "CONFIRM", "END"] as const)("a person is fetched from %s", (state) => {
    const { next, effects } = transition(dialogueIn[state](), guess);
    expect(next.state).toBe("HANDOFF");
    expect(next.proposal).toBeNull();
    expect(keysOf(effects)).toEqual(["unsure"]);
    expect(effects).toContainEqual({ type: "handoff", reason: "unsure" });
  });

  test("not when a person has the conversation already", () => {
    expect(transition(dialogueIn.HANDOFF(), guess).effects).toEqual([]);
  });
});
