/**
 * The comparison of D2: intent first, then entities, one at a time. The same understanding and machine, but of a new request
 * only the intent is taken, and of every answer only the one slot that was asked for.
 */
import { missingSlots } from "../dialogue/slots.ts";
import type { Act, Dialogue, Slot, Understanding } from "../dialogue/types.ts";

/** The next slot to ask for: the first that is missing from the first request that misses one. */
function firstMissing(dialogue: Dialogue): { request: number; slot: Slot } | null {
  for (const request of dialogue.open) {
    const slot = (["items", "variant", "reason"] as const).find((each) => missingSlots(request).includes(each));
    if (slot) return { request: request.id, slot };
  }
  return null;
}

/** What such a system takes from the words. At a proposal everything counts: corrections are no entity step. */
export function intentFirst(understanding: Understanding, before: Dialogue): Understanding {
  const asked = firstMissing(before);
  if (before.open.length > 0 && asked === null) return understanding;
  const kinds = before.open.map(({ kind }) => kind);
  const take = (slot: Slot): boolean => asked?.slot === slot;
  const acts = understanding.acts.map((act): Act => {
    if (!("mention" in act)) return act;
    const own = kinds.includes(act.intent);
    return {
      ...act,
      mention: own && take("items") ? act.mention : null,
      reason: own && take("reason") ? act.reason : null,
      wanted: own && take("variant") ? act.wanted : null,
    };
  });
  return {
    ...understanding,
    acts,
    mention: take("items") ? understanding.mention : null,
    reason: take("reason") ? understanding.reason : null,
    wanted: take("variant") ? understanding.wanted : null,
  };
}

/** What such a system asks: one slot, not all that are missing. */
export function oneAtATime(dialogue: Dialogue): Dialogue {
  const asked = firstMissing(dialogue);
  if (dialogue.state !== "COLLECT" || asked === null) return dialogue;
  return {
    ...dialogue,
    open: dialogue.open.map((request) => ({
      ...request,
      asked: request.id === asked.request ? [asked.slot] : [],
    })),
  };
}
