import { BECAUSE } from "./cues.ts";
import { DEFECT } from "./residue.ts";

const REASON_MAX_CHARACTERS = 200;
/** "One of them is corrupt so return one". */
const SO = /^(.{6,}?)[,，]?\s*(?:\bso\b|所以|因此)/;
/** "拖鞋大了换小一码". */
const DIRECTLY_BEFORE = /^(.{2,}?)(?:退|换|取消)/;
const BEFORE_THE_VERB =
  /^(.+?)(?:我)?(?:想|要|能|可以|帮我|给我|给|就|得|麻烦|申请|直接|能不能|可不可以)(?:把它|给我|帮我|直接)?(?:退|换|取消)/;

export interface Explaining {
  /** Whether a clause says more than which thing it is about. */
  says(clause: string): boolean;
  /** Whether the examples take it for a reason. */
  isReason(clause: string): Promise<boolean>;
}

/**
 * Why: what stands behind "because" or before "so", the clauses that only explain, or what stands before the verb: "登山靴坏了想退".
 * What names no defect is a reason only if it reads like one: times, politeness and possession explain nothing.
 */
export async function reasonIn(because: string[], cue: string, { says, isReason }: Explaining): Promise<string | null> {
  const stated = BECAUSE.exec(cue) ?? SO.exec(cue);
  if (stated) return worded([...because.filter(says), stated[1] ?? stated[2] ?? ""]);
  const direct = DIRECTLY_BEFORE.exec(cue)?.[1] ?? "";
  const before = BEFORE_THE_VERB.exec(cue)?.[1]?.trim() ?? (DEFECT.test(direct) ? direct : "");
  // "The tee has a hole I want my money back": said in one breath.
  const inCue = before.length > 1 && says(before) ? [before] : DEFECT.test(cue) ? [cue] : [];
  const found: string[] = [];
  for (const clause of because.length > 0 ? because.filter(says) : inCue)
    if (DEFECT.test(clause) || (await isReason(clause))) found.push(clause);
  return worded(found);
}

function worded(reasons: string[]): string | null {
  const kept = reasons.map((text) => text.trim()).filter((text) => text.length > 1);
  return kept.length > 0 ? kept.join("，").slice(0, REASON_MAX_CHARACTERS) : null;
}
