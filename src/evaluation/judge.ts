/**
 * Compares one message's label with what understanding and machine made of it. Judged is what stands afterwards, the
 * open requests and what is said, so that it doesn't matter in which field an understanding carries a slot.
 */
import type { ItemRef, Options, Order } from "../commerce/types.ts";
import type { Dialogue, Say, Transition, Understanding } from "../dialogue/types.ts";
import { countSlots } from "./metrics.ts";
import { parseRef } from "./situation.ts";
import type { ActLabel, Count, LabelledMessage, SlotName } from "./types.ts";
import { SLOT_NAMES } from "./types.ts";

/** Slot values as strings, by slot: what is compared. */
type SlotValues = Record<SlotName, string[]>;

export interface Judgement {
  intentRight: boolean;
  slotsRight: boolean;
  slots: Record<SlotName, Count>;
  detail: string;
}

const none = (): SlotValues =>
  Object.fromEntries(SLOT_NAMES.map((slot) => [slot, [] as string[]])) as unknown as SlotValues;

export function judge(
  label: LabelledMessage,
  before: Dialogue,
  understanding: Understanding,
  after: Transition,
  orders: Order[],
): Judgement {
  const expected = expectedSlots(label, orders);
  const found = foundSlots(before, understanding, after, orders);
  // What is none of theirs is said to be so, and what there is offered instead: an offer is no claim.
  if (label.acts.some(({ unknown }) => unknown)) found.item = found.item.filter((item) => !item.includes(" one of "));
  const slots = Object.fromEntries(
    SLOT_NAMES.map((slot) => [slot, countSlots(expected[slot], unjudged(slot, label) ? expected[slot] : found[slot])]),
  ) as Record<SlotName, Count>;
  const slotsRight = Object.values(slots).every(({ fp, fn }) => fp === 0 && fn === 0);
  const wantedIntents = intentsOf(
    label.acts.map(({ intent }) => intent),
    label.situation?.kind,
    label.answer ?? null,
  );
  const foundIntents = foundIntent(understanding, label, before);
  const alternatives = [wantedIntents, ...(label.orIntents ?? []).map((intents) => intents.toSorted().join("+"))];
  return {
    intentRight: alternatives.includes(foundIntents),
    slotsRight,
    slots,
    detail: `${wantedIntents || "-"} ${shown(expected)} → ${foundIntents || "-"} ${shown(found)}`,
  };
}

/** Orders of a status question are only judged where the words say which; a reason not where people would differ. */
const unjudged = (slot: SlotName, label: LabelledMessage): boolean =>
  label.orIntents !== undefined ||
  (slot === "reason" && label.acts.some(({ reason }) => reason === "maybe")) ||
  (slot === "order" && label.acts.some(({ intent, orders }) => intent === "order_status" && orders === undefined));

/**
 * Intents as one string. The open request's own kind counts as nothing new, a greeting beside a request as nothing at
 * all, and the answer to what was asked belongs to it.
 */
function intentsOf(intents: string[], open: string | undefined, answer: string | null): string {
  const more = intents.filter((intent) => intent !== open);
  const talk = more.some((intent) => intent !== "smalltalk") ? more.filter((intent) => intent !== "smalltalk") : more;
  return [...new Set(talk), ...(answer === null ? [] : [answer])].toSorted().join("+");
}

function foundIntent(understanding: Understanding, label: LabelledMessage, before: Dialogue): string {
  const names: string[] = understanding.acts.map(({ intent }) => intent);
  const given = understanding.hedged && understanding.answer === "yes" ? null : understanding.answer;
  // Dropping and declining are one thing: a "no" at a proposal, an "abandon" before.
  const drops = names.includes("abandon");
  const declines = drops && before.state === "CONFIRM";
  const answer = declines ? "no" : drops || before.state === "INIT" ? null : given;
  const intents = declines ? names.filter((name) => name !== "abandon") : names;
  const kind = label.situation?.kind;
  const labelled = label.acts.some(({ intent }) => intent === kind) || label.answer !== undefined;
  // Corrections are often also heard as a "no" to the proposal: harmless once the request stands as it should.
  const heard = answer === "no" && label.answer === undefined && labelled ? null : answer;
  return intentsOf(intents, kind, heard);
}

function expectedSlots(label: LabelledMessage, orders: Order[]): SlotValues {
  const values = none();
  for (const act of label.acts) {
    for (const ref of act.items ?? []) addItem(values, act.intent, ref, orders);
    if (act.oneOf) values.item.push(...act.oneOf.map((ref) => `${act.intent} one of ${ref}`));
    for (const ref of act.refused ?? []) values.refused.push(ref);
    if (act.unknown) values.unknown.push("unknown");
    if (act.reason === true) values.reason.push(act.intent);
    values.order.push(...(act.orders ?? []));
    values.variant.push(...expectedVariant(act, orders));
  }
  for (const ref of untouched(label)) addItem(values, label.situation?.kind ?? "", ref, orders);
  values.order = [...new Set(values.order)];
  return values;
}

/** Items of the open request that the message leaves as they were: unless it says which, ends it, or wants something else done with them. */
function untouched({ situation, acts, answer }: LabelledMessage): string[] {
  const ends = answer !== undefined || acts.some(({ intent }) => intent === "abandon" || intent === "human");
  const says = acts.some(({ intent, items, oneOf }) => intent === situation?.kind && (items || oneOf));
  if (!situation || ends || says) return [];
  return situation.items.filter((ref) => !acts.some(({ items }) => items?.includes(ref)));
}

function addItem(values: SlotValues, kind: string, ref: string, orders: Order[]): void {
  const { orderId, productId, quantity } = parseRef(ref);
  const bought = orders.find(({ id }) => id === orderId)?.items.find((item) => item.productId === productId)?.quantity;
  values.item.push(`${kind} ${orderId}/${productId}`);
  values.order.push(orderId);
  if (quantity !== null && quantity !== bought) values.quantity.push(`${kind} ${orderId}/${productId} ${quantity}`);
}

/** Only what differs from what they have is a wish. */
function expectedVariant({ wanted, items }: ActLabel, orders: Order[]): string[] {
  if (wanted === undefined) return [];
  if (wanted === "unavailable") return ["unavailable"];
  return (items ?? []).flatMap((ref) => {
    const { orderId, productId } = parseRef(ref);
    const item = orders.find(({ id }) => id === orderId)?.items.find((entry) => entry.productId === productId);
    return changes(`${orderId}/${productId}`, wanted, item?.options);
  });
}

const changes = (name: string, wanted: Options, owned: Options | undefined): string[] =>
  Object.entries(wanted)
    .filter(([option, value]) => owned?.[option] !== value)
    .map(([option, value]) => `${name} ${option}=${value}`);

function foundSlots(before: Dialogue, understanding: Understanding, after: Transition, orders: Order[]): SlotValues {
  const values = none();
  const executes = after.effects.some(({ type }) => type === "execute");
  const says = after.effects.flatMap((effect): Say[] => (effect.type === "say" ? [effect.say] : []));
  const handed = after.next.state === "HANDOFF";
  for (const request of executes || handed ? [] : after.next.open) {
    const old = before.open.find(({ id }) => id === request.id);
    const act = understanding.acts.find(({ intent }) => intent === request.kind);
    const named = understanding.mention !== null || (act !== undefined && "mention" in act && act.mention !== null);
    // What the machine chose because nothing else is possible was not in the words.
    if (old || named) {
      request.items.forEach((item, index) => {
        addItem(values, request.kind, refOf(item, orders), orders);
        const { options } = orders.find(({ id }) => id === item.orderId)?.items[item.line] ?? {};
        values.variant.push(...changes(bare(refOf(item, orders)), request.exchangeFor[index] ?? {}, options));
      });
      if (request.items.length === 0 && named)
        values.item.push(...request.candidates.map((item) => `${request.kind} one of ${bare(refOf(item, orders))}`));
    }
    if (request.reason !== null) values.reason.push(request.kind);
  }
  for (const say of says) {
    if (say.key === "refused")
      values.refused.push(...say.refused.flatMap(({ ref }) => (ref ? [bare(refOf(ref, orders))] : [])));
    if (say.key === "notFound" || (say.key === "status" && say.unknown !== null)) values.unknown.push("unknown");
    if (say.key === "variantUnavailable") values.variant.push("unavailable");
    if (say.key === "status") values.order.push(...say.orders);
  }
  values.order = [...new Set(values.order)];
  return values;
}

const bare = (ref: string): string => ref.replace(/\*\d+$/, "");

function refOf({ orderId, line, quantity }: ItemRef, orders: Order[]): string {
  const product = orders.find(({ id }) => id === orderId)?.items[line]?.productId ?? "?";
  return `${orderId}/${product}${quantity === undefined ? "" : `*${quantity}`}`;
}

const shown = (values: SlotValues): string =>
  JSON.stringify(Object.fromEntries(Object.entries(values).filter(([, list]) => list.length > 0)));
