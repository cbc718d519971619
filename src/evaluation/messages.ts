/** Runs labelled messages through understanding and machine and judges each. */
import type { CommerceBackend } from "../commerce/types.ts";
import { localeOf } from "../dialogue/locale.ts";
import type { UnderstandInput } from "../dialogue/session.ts";
import { transition } from "../dialogue/transition.ts";
import type { Brain } from "./brain.ts";
import { shopFile } from "./data.ts";
import { understand } from "./driver.ts";
import { judge } from "./judge.ts";
import type { ShopFile } from "./memory-shop.ts";
import { createMemoryShop } from "./memory-shop.ts";
import { addCounts } from "./metrics.ts";
import { dialogueFor } from "./situation.ts";
import type { LabelledMessage, MessageResult } from "./types.ts";
import { SLOT_NAMES } from "./types.ts";

const HOUR_MS = 3_600_000;
/** Late enough that a day is the same one in UTC and in the shop's time zone. */
const HOURS_INTO_DAY = 10;

/** When the shop's dates are as its author wrote them: weekdays and "yesterday" hold on any day the evaluation runs. */
export const shopNow = ({ datesRelativeTo }: ShopFile): Date =>
  new Date(Date.parse(datesRelativeTo) + HOURS_INTO_DAY * HOUR_MS);

export async function readMessage(
  message: LabelledMessage,
  brain: Brain,
  onInput?: (input: UnderstandInput, commerce: CommerceBackend) => void,
): Promise<MessageResult> {
  const file = await shopFile(message.shop);
  const now = shopNow(file);
  const { commerce, orders } = createMemoryShop(file, now);
  const before = dialogueFor(message.situation, orders);
  const input: UnderstandInput = {
    identity: {
      tenant: "evaluation",
      sessionId: message.id,
      customerId: message.customer,
      locale: localeOf(message.text, message.locale),
      channel: "evaluation",
    },
    texts: [message.text],
    dialogue: before,
    turn: 1,
    window: [],
    recall: false,
    now: now.getTime(),
    quietMs: 0,
  };
  onInput?.(input, commerce);
  const startedMs = performance.now();
  const { event, quick } = await understand(brain.understanderFor(commerce), input);
  const after = transition(before, event);
  const ms = performance.now() - startedMs;
  const { id, locale, tags } = message;
  const common = { id, locale, tags, ms, quick };
  // No tier answered: everything that was asked for is missed.
  if (event.type !== "understood") return { ...common, ...missed(), source: "none", confidence: 0 };
  const { understanding } = event;
  const { tier: source, confidence } = understanding;
  return { ...common, ...judge(message, before, understanding, after, orders), source, confidence };
}

const missed = (): Pick<MessageResult, "intentRight" | "slotsRight" | "slots" | "detail"> => ({
  intentRight: false,
  slotsRight: false,
  slots: Object.fromEntries(SLOT_NAMES.map((slot) => [slot, addCounts([])])) as MessageResult["slots"],
  detail: "no tier answered",
});
