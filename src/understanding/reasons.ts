import { BECAUSE } from "./cues.ts";
import { DEFECT } from "./residue.ts";

/** Why: the clauses that only explain, what stands behind "because", or what stands before the verb: "登山靴坏了想退". */
export function reasonIn(because: string[], cue: string, says: (clause: string) => boolean): string | null {
  const stated = BECAUSE.exec(cue) ?? SO.exec(cue);
  const direct = DIRECTLY_BEFORE.exec(cue)?.[1] ?? "";
  const before =
    because.length > 0 || stated ? "" : (BEFORE_THE_VERB.exec(cue)?.[1]?.trim() ?? (DEFECT.test(direct) ? direct : ""));
  // "The tee has a hole I want my money back": said in one breath.
  const whole = because.length === 0 && !stated && before === "" && DEFECT.test(cue) ? [cue] : [];
  const reasons = [
    ...whole,
    ...because,
    ...(stated ? [stated[1] ?? stated[2] ?? ""] : []),
    ...(before.length > 1 && says(before) ? [before] : []),
  ]
    .map((text) => text.trim())
    .filter((text) => text.length > 1);
  return reasons.length > 0 ? reasons.join("，").slice(0, REASON_MAX_CHARACTERS) : null;
}
const REASON_MAX_CHARACTERS = 200;
/** "One of them is corrupt so return one". */
const SO = /^(.{6,}?)[,，]?\s*(?:\bso\b|所以|因此)/;
/** "拖鞋大了换小一码". */
const DIRECTLY_BEFORE = /^(.{2,}?)(?:退|换|取消)/;
const BEFORE_THE_VERB =
  /^(.+?)(?:我)?(?:想|要|能|可以|帮我|给我|给|就|得|麻烦|申请|直接|能不能|可不可以)(?:把它|给我|帮我|直接)?(?:退|换|取消)/;
