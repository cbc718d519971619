import type { ItemRef, RequestKind } from "../commerce/types.ts";
import { includesItem, sameItem, sameItems, unionItems } from "./items.ts";
import { clampQuantities, isComplete, missingSlots, settleAsked, settleVariant, without } from "./slots.ts";
import type { Dialogue, Mention, OpenRequest, Relation, RequestAct, Say, Slot, Understanding } from "./types.ts";

/** Open requests after a turn's words were applied, and what must be said about them. */
export interface Merged {
  dialogue: Dialogue;
  says: Say[];
  /** Something about the requests changed, so an earlier proposal no longer stands. */
  changed: boolean;
}

export const isRequest = (act: Understanding["acts"][number]): act is RequestAct =>
  act.intent === "return" || act.intent === "exchange" || act.intent === "cancel";

const newRequest = (id: number, kind: RequestKind): OpenRequest => ({
  id,
  kind,
  items: [],
  candidates: [],
  reason: null,
  exchangeFor: [],
  wantedText: null,
  asked: [],
  settled: [],
});

const withSettled = (request: OpenRequest, slot: Slot): OpenRequest =>
  request.settled.includes(slot) ? request : { ...request, settled: [...request.settled, slot] };

/** The request that a bare slot value belongs to: the first that still misses that slot, else the newest. */
function addressee(open: OpenRequest[], slot: Slot): OpenRequest | undefined {
  return open.find((request) => missingSlots(request).includes(slot)) ?? open.at(-1);
}

/** Chosen items keep their piece counts; the variants chosen for other items are dropped. */
function withItems(request: OpenRequest, items: ItemRef[]): OpenRequest {
  const same = (item: ItemRef): boolean =>
    items.some((other) => sameItem(item, other) && item.quantity === other.quantity);
  if (sameItems(request.items, items) && request.items.every(same)) return request;
  const chosen = { ...request, items, candidates: [], exchangeFor: [] };
  if (request.items.length === 0) return chosen;
  return { ...chosen, settled: without(request.settled, "variant"), asked: without(request.asked, "variant") };
}

/** Narrows an unclear mention by what was offered before: "the white one" of the two lamps. */
function among(mention: Mention, request: OpenRequest): ItemRef[] {
  const offered = mention.items.filter((item) => includesItem(request.candidates, item));
  return offered.length > 0 ? offered : mention.items;
}

function applyMention(
  request: OpenRequest,
  mention: Mention,
  relation: Relation,
): { request: OpenRequest; says: Say[] } {
  const says: Say[] = [];
  if (mention.items.length === 0) {
    if (mention.refused.length > 0) says.push({ key: "refused", kind: request.kind, refused: mention.refused });
    else if (mention.unknown) says.push({ key: "notFound", unknown: mention.unknown, kind: request.kind });
    return { request, says };
  }
  // One of several things named is none of theirs: said, so that nobody thinks it was understood.
  if (mention.unknown) says.push({ key: "notFound", unknown: mention.unknown, kind: request.kind });
  const items = among(mention, request);
  if (relation === "except") {
    const pool = request.items.length > 0 ? request.items : request.candidates;
    return {
      request: withItems(
        request,
        pool.filter((item) => !includesItem(items, item)),
      ),
      says,
    };
  }
  if (items.length > 1 && !mention.all) {
    if (relation === "add" && request.items.length > 0) return { request, says: [{ key: "whichOne" }] };
    // What was chosen already may be among the words' matches: then nothing new was said.
    if (request.items.length > 0 && request.items.every((item) => includesItem(items, item)) && relation !== "correct")
      return { request, says };
    return { request: { ...withItems(request, []), candidates: items }, says };
  }
  const chosen = relation === "add" ? unionItems(request.items, items) : items;
  if (mention.refused.length > 0 && mention.all)
    says.push({ key: "refused", kind: request.kind, refused: mention.refused });
  return { request: withItems(request, chosen), says };
}

function fill(request: OpenRequest, words: { reason: string | null; wanted: string | null }): OpenRequest {
  const withReason = words.reason === null ? request : withSettled({ ...request, reason: words.reason }, "reason");
  return words.wanted === null || request.kind !== "exchange"
    ? withReason
    : { ...withReason, wantedText: words.wanted };
}

/** Which open request an act continues; undefined: it starts a new one. */
function continued(open: OpenRequest[], act: RequestAct): OpenRequest | undefined {
  const same = open.filter((request) => request.kind === act.intent);
  const names = act.mention !== null && act.mention.items.length > 0;
  const sameTarget = open.filter(
    (request) => names && act.mention?.items.some((item) => includesItem(request.items, item)),
  );
  if (sameTarget.length > 0) return sameTarget[0];
  if (same.length > 0) return same.find((request) => !isComplete(request)) ?? same.at(-1);
  // "I want to give something back": what it is decides what is done with it.
  const vague = open.find((request) => request.items.length === 0);
  if (names && vague) return vague;
  return act.relation === "correct" || !names
    ? (open.find((request) => act.relation === "correct" || request.items.length === 0) ?? open.at(-1))
    : undefined;
}

const OPEN_REQUESTS_MAX = 8;

/**
 * Applies one act. `touched` holds the requests that earlier acts of the same message made or changed: a second act of
 * that kind adds to them instead of correcting them, or stands apart when it has its own reason.
 */
function applyAct(
  dialogue: Dialogue,
  spoken: RequestAct,
  understanding: Understanding,
  touched: Set<number>,
): { dialogue: Dialogue; says: Say[] } {
  let act = spoken;
  let target = continued(dialogue.open, act);
  if (target && act.relation === "add" && target.kind !== act.intent && act.mention !== null) target = undefined;
  if (target && touched.has(target.id)) {
    if (target.kind !== act.intent || (act.reason !== null && target.reason !== null)) target = undefined;
    else if (act.relation === "plain") act = { ...act, relation: "add" };
  }
  // The state stays small whatever a customer says: what comes on top of a full list changes its last entry.
  if (dialogue.open.length >= OPEN_REQUESTS_MAX) target ??= dialogue.open.at(-1);
  let request = target ?? newRequest(dialogue.nextRequest, act.intent);
  if (request.kind !== act.intent)
    request = {
      ...newRequest(request.id, act.intent),
      reason: request.reason,
      settled: request.reason === null ? [] : ["reason"],
      items: keepEligible(request.items, act.intent, understanding),
    };
  const says: Say[] = [];
  if (act.mention) {
    const applied = applyMention(request, act.mention, act.relation);
    request = applied.request;
    says.push(...applied.says);
  }
  request = fill(request, act);
  touched.add(request.id);
  const open = target
    ? dialogue.open.map((other) => (other.id === target.id ? request : other))
    : [...dialogue.open, request];
  return {
    dialogue: { ...dialogue, open, nextRequest: target ? dialogue.nextRequest : dialogue.nextRequest + 1 },
    says,
  };
}

const keepEligible = (items: ItemRef[], kind: RequestKind, understanding: Understanding): ItemRef[] => {
  const eligible = understanding.eligible[kind] ?? [];
  return items.filter((item) => includesItem(eligible, item));
};

/** "Only the lamp": every open request keeps just what was named, and goes when nothing is left. */
function restrict(dialogue: Dialogue, mention: Mention, relation: "only" | "except"): Dialogue {
  const keep = (item: ItemRef): boolean => includesItem(mention.items, item) === (relation === "only");
  const open = dialogue.open
    .map((request) => (request.items.length > 0 ? withItems(request, request.items.filter(keep)) : request))
    .filter((request) => request.items.length > 0 || request.candidates.length > 0);
  return { ...dialogue, open };
}

function applyBareSlots(dialogue: Dialogue, understanding: Understanding): { dialogue: Dialogue; says: Say[] } {
  const says: Say[] = [];
  let { open } = dialogue;
  const update = (slot: Slot, change: (request: OpenRequest) => OpenRequest): void => {
    const target = addressee(open, slot);
    if (target) open = open.map((request) => (request.id === target.id ? change(request) : request));
  };
  const { mention, relation, reason, wanted } = understanding;
  if (
    mention &&
    (relation === "only" || relation === "except") &&
    open.some((request) => request.items.length > 0) &&
    mention.items.length > 0
  ) {
    return { dialogue: restrict(dialogue, mention, relation), says };
  }
  if (mention)
    update("items", (request) => {
      const applied = applyMention(request, mention, relation);
      says.push(...applied.says);
      return applied.request;
    });
  if (reason !== null) {
    const waiting = open.filter((request) => missingSlots(request).includes("reason"));
    if (waiting.length > 1)
      open = open.map((request) => (waiting.includes(request) ? fill(request, { reason, wanted: null }) : request));
    else update("reason", (request) => (request.kind === "cancel" ? request : fill(request, { reason, wanted: null })));
  }
  if (wanted !== null) {
    const exchange = open.filter((request) => request.kind === "exchange");
    const target = addressee(exchange, "variant");
    if (target)
      open = open.map((request) => (request.id === target.id ? fill(request, { reason: null, wanted }) : request));
  }
  return { dialogue: { ...dialogue, open }, says };
}

/** Offers what is eligible where nothing was chosen; takes the only possibility, which the proposal will name. */
function offer(
  request: OpenRequest,
  understanding: Understanding,
  named: boolean,
): { request: OpenRequest | null; says: Say[] } {
  if (request.items.length > 0) return { request, says: [] };
  const eligible = understanding.eligible[request.kind] ?? request.candidates;
  if (eligible.length === 0) {
    if (named) return { request: null, says: [] };
    return {
      request: null,
      says: [
        { key: "refused", kind: request.kind, refused: [{ ref: null, why: understanding.refusal ?? "no-orders" }] },
      ],
    };
  }
  if (request.candidates.length > 0) return { request, says: [] };
  // Named but not found: the one thing left is not what they asked for, so it is offered, not taken.
  if (eligible.length === 1 && !named) return { request: { ...request, items: eligible }, says: [] };
  return { request: { ...request, candidates: eligible }, says: [] };
}

/** A whole line that an earlier request of the same kind holds is not requested twice; null when nothing else is left. */
function withoutTaken(request: OpenRequest, earlier: OpenRequest[]): OpenRequest | null {
  const held = earlier.flatMap((other) => (other.kind === request.kind ? other.items : []));
  const left = request.items.filter(
    (item) =>
      !held.some((other) => sameItem(other, item) && (other.quantity === undefined || item.quantity === undefined)),
  );
  if (left.length === request.items.length) return request;
  return left.length > 0 ? withItems(request, left) : null;
}

const fingerprint = (open: OpenRequest[]): string =>
  JSON.stringify(open.map(({ kind, items, reason, exchangeFor }) => [kind, items, reason, exchangeFor]));

/** Applies one turn's joint prediction to the open requests. Pure. */
export function mergeTurn(before: Dialogue, understanding: Understanding): Merged {
  let dialogue = before;
  const says: Say[] = [];
  const failed = new Set<number>();
  const step = (result: { dialogue: Dialogue; says: Say[] }): void => {
    const had = new Set(dialogue.open.map((request) => request.id));
    dialogue = result.dialogue;
    says.push(...result.says);
    if (result.says.some((say) => say.key === "notFound" || say.key === "refused"))
      for (const request of dialogue.open)
        if (!had.has(request.id) || request.items.length === 0) failed.add(request.id);
  };
  const touched = new Set<number>();
  for (const act of understanding.acts) if (isRequest(act)) step(applyAct(dialogue, act, understanding, touched));
  if (dialogue.open.length > 0) step(applyBareSlots(dialogue, understanding));
  if (understanding.declined) dialogue = { ...dialogue, open: dialogue.open.map(declineAsked) };

  if (contributes(understanding)) dialogue = { ...dialogue, open: dialogue.open.map(settleAsked) };

  const open: OpenRequest[] = [];
  for (const request of dialogue.open) {
    const refusedOnly =
      failed.has(request.id) && says.some((say) => say.key === "refused" && say.kind === request.kind);
    if (refusedOnly && request.items.length === 0) continue;
    const offered = offer(request, understanding, failed.has(request.id));
    says.push(...offered.says);
    const own = offered.request && withoutTaken(offered.request, open);
    if (!own) continue;
    const settled = settleVariant(own, understanding.facts);
    says.push(...settled.says);
    const clamped = clampQuantities(settled.request, understanding.facts);
    says.push(...clamped.says);
    open.push(clamped.request);
  }
  return { dialogue: { ...dialogue, open }, says, changed: fingerprint(open) !== fingerprint(before.open) };
}

/** The turn says something about the requests; a question or a greeting in between doesn't, so what was asked stays asked. */
const contributes = (understanding: Understanding): boolean =>
  understanding.answer !== null ||
  understanding.mention !== null ||
  understanding.reason !== null ||
  understanding.wanted !== null ||
  understanding.acts.some(isRequest);

const declineAsked = (request: OpenRequest): OpenRequest =>
  missingSlots(request)
    .filter((slot) => slot !== "items")
    .reduce(withSettled, request);
