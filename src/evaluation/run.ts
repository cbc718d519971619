/** Runs a split through one configuration of tiers, and the comparison of D2. */
import type { CommerceBackend } from "../commerce/types.ts";
import type { UnderstandInput } from "../dialogue/session.ts";
import type { Attempt } from "../models/accounting.ts";
import type { Brain } from "./brain.ts";
import { spendingOf } from "./cost.ts";
import type { ShopDialogue } from "./data.ts";
import { shopFile } from "./data.ts";
import type { PlayOptions, Verdict } from "./driver.ts";
import { play } from "./driver.ts";
import { readMessage, shopNow } from "./messages.ts";
import type { DialogueResult, LabelledMessage, VariantResult } from "./types.ts";

export interface Work {
  messages: LabelledMessage[];
  dialogues: ShopDialogue[];
}

export interface VariantOptions {
  name: string;
  /** Has the dialogues. */
  brain: Brain;
  /** Reads the messages, with confidences as they are said; the brain itself when absent. */
  reader?: Brain;
  /** Where the router of the brain logs to. */
  attempts: Attempt[];
  onStep: (done: number, total: number) => void;
  onInput?: (input: UnderstandInput, commerce: CommerceBackend) => void;
}

const MICROSECONDS_PER_S = 1e6;

export async function runVariant(
  { messages, dialogues }: Work,
  { name, brain, reader = brain, attempts, onStep, onInput }: VariantOptions,
): Promise<VariantResult> {
  const total = messages.length + dialogues.length;
  const cpuBefore = process.cpuUsage();
  const read: VariantResult["messages"] = [];
  for (const message of messages) {
    read.push(await readMessage(message, reader, onInput));
    onStep(read.length, total);
  }
  const played: DialogueResult[] = [];
  for (const entry of dialogues) {
    played.push(resultOf(entry, await playEntry(entry, brain, onInput ? { onInput } : {})));
    onStep(read.length + played.length, total);
  }
  const cpu = process.cpuUsage(cpuBefore);
  return {
    name,
    messages: read,
    dialogues: played,
    spending: spendingOf(attempts),
    cpuS: (cpu.user + cpu.system) / MICROSECONDS_PER_S,
  };
}

async function playEntry({ dialogue, shop }: ShopDialogue, brain: Brain, options: PlayOptions): Promise<Verdict> {
  const file = await shopFile(shop);
  return play(dialogue, file, brain, shopNow(file), options);
}

export const resultOf = ({ dialogue }: ShopDialogue, verdict: Verdict): DialogueResult => ({
  ...verdict,
  locale: dialogue.locale,
  tags: dialogue.tags ?? [],
});

export interface TwoStepResult {
  /** Dialogues that end right both ways. */
  compared: number;
  of: number;
  /** Mean turns of those, from the first word to the changed order, for each request carried out. */
  jointTurns: number;
  twoStepTurns: number;
  /** Right, of all that were run both ways. */
  jointRight: number;
  twoStepRight: number;
}

/**
 * Turns a request takes when intent and entities are predicted together, against intent first and then entities one at a time (D2).
 * Only dialogues of one opening and answers to what is asked: scripted later turns would come at the wrong moment.
 */
export async function compareTwoStep(dialogues: ShopDialogue[], brain: Brain): Promise<TwoStepResult> {
  const fit = dialogues.filter(
    ({ dialogue: { turns, expect } }) =>
      turns.filter((turn) => turn !== null).length === 1 && expect.requests.length > 0 && !expect.handoff,
  );
  let jointRight = 0;
  let twoStepRight = 0;
  const pairs: Array<{ requests: number; joint: number; twoStep: number }> = [];
  for (const entry of fit) {
    const joint = await playEntry(entry, brain, {});
    const twoStep = await playEntry(entry, brain, { twoStep: true });
    if (joint.right) jointRight++;
    if (twoStep.right) twoStepRight++;
    if (joint.right && twoStep.right)
      pairs.push({ requests: joint.finished, joint: joint.turns.length, twoStep: twoStep.turns.length });
  }
  const requests = pairs.reduce((sum, pair) => sum + pair.requests, 0) || 1;
  return {
    compared: pairs.length,
    of: fit.length,
    jointTurns: pairs.reduce((sum, pair) => sum + pair.joint, 0) / requests,
    twoStepTurns: pairs.reduce((sum, pair) => sum + pair.twoStep, 0) / requests,
    jointRight,
    twoStepRight,
  };
}
