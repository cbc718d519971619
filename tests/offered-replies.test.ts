/** What a proposal tells the customer to answer is understood as just that, by patterns alone. */
import { expect, test } from "@jest/globals";
import * as en from "../src/intents/wording.en.ts";
import * as zh from "../src/intents/wording.zh.ts";
import { read } from "../src/understanding/read.ts";
import type { Situation } from "../src/understanding/roles.ts";

const atProposal: Situation = {
  state: "CONFIRM",
  asked: [],
  namesItem: () => false,
  namesOtherVariant: () => false,
  says: () => false,
  openKinds: ["return"],
  openPieces: [],
  lacksReason: false,
  namesVariant: () => false,
};
const noExamples = {
  classify: () => Promise.reject(new Error("patterns should have settled it")),
  mean: new Float32Array(),
};

test.each([
  ["yes", zh.zh.choices.yes.text],
  ["yes", en.en.choices.yes.text],
  ["no", zh.zh.choices.no.text],
  ["no", en.en.choices.no.text],
])("%s: “%s”", async (answer, text) => {
  expect(await read([text], atProposal, noExamples)).toMatchObject({ answer, acts: [], hedged: false });
});
