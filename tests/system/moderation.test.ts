/** P3 on a real worker: what is of high risk is remembered masked and audited; who speaks of self-harm gets a person at once. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { eventually } from "../support/eventually.ts";
import type { TestSystem } from "../support/system.ts";
import { startSystem } from "../support/system.ts";

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system?.close());

describe("self-harm", () => {
  test.each([
    ["zh", "我真的不想活了，活着太累了", /12356/],
    ["en", "I can't go on, I want to kill myself", /crisis line/],
  ] as const)(
    "%s: a person is fetched with a fitting message, and can read what was said",
    async (locale, text, reply) => {
      const chat = await system.chats.open("c-lin", locale);
      expect(await chat.say(text)).toMatch(reply);
      expect((await chat.view()).state).toBe("HANDOFF");
      expect((await chat.messages())[0]?.text).toBe(text);
      const handoff = await eventually("the desk's entry", () =>
        system.store.handoffs.findOne({ sessionId: chat.sessionId }),
      );
      expect(handoff.reason).toBe("self-harm");
      const hit = await system.store.db
        .collection("audit")
        .findOne({ kind: "moderation", "refs.sessionId": chat.sessionId });
      expect(hit).toMatchObject({ what: "self-harm", tenant: system.tenant });
    },
  );
});

test("a threat is stored masked, and audited", async () => {
  const threat = "I will come to your office and stab every one of you";
  const chat = await system.chats.open("c-lin", "en");
  await chat.say(threat);
  const [said] = await chat.messages();
  expect(said?.text).toMatch(/^[*\s\p{P}]+$/u);
  const hits = await system.store.db.collection("audit").countDocuments({ "refs.sessionId": chat.sessionId });
  expect(hits).toBe(1);
});

test("what patterns settle stays as it was said", async () => {
  const chat = await system.chats.open("c-lin", "en");
  await chat.say("I want to cancel order GL-504202");
  expect((await chat.messages())[0]?.text).toBe("I want to cancel order GL-504202");
});
