import { nameGroups } from "./names.ts";
import type { Scope } from "./pointed.ts";

/** "The two cups I ordered together with the boxes": the boxes say only which order, and aren't meant. */
export function locate(cue: string, text: string, scope: Scope): { cue: string; text: string; scope: Scope } | null {
  const found = LOCATING.exec(text);
  const beside = found ? (nameGroups(found[1] ?? found[2] ?? "", scope.lines, scope.thesaurus, true) ?? []).flat() : [];
  if (!found || beside.length === 0) return null;
  const lines = scope.lines.filter(
    (line) => !beside.includes(line) && beside.some(({ order }) => order.id === line.order.id),
  );
  const without = (words: string): string => words.replace(found[0], " ");
  return lines.length > 0 ? { cue: without(cue), text: without(text), scope: { ...scope, lines } } : null;
}
const LOCATING =
  /(?:跟|和|与|同)([^，。,]{1,8}?)(?:一起|一块儿?|同一?单|同时)(?:订|买|下单|拍|购|来|到)(?:了)?的|\b(?:that|which) (?:came|arrived|was|were) (?:together |in the (?:same )?(?:box|parcel|order) )?with (?:the|my) ([a-z' -]{2,25}?)(?=$|[,.;!?，。])/;
