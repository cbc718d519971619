import type { Found } from "./types.ts";

/** GA 36: province, office, five characters, six for new energy; also embassies, police, Hong Kong and Macau. */
const CHINESE =
  /[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][ -]?[A-HJ-NP-Za-hj-np-z][ ·.-]?(?:[A-HJ-NP-Za-hj-np-z0-9]{6}|[A-HJ-NP-Za-hj-np-z0-9]{4}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳使领])(?![A-Za-z0-9])/g;
/** Two letters at most in five characters, and of six the first or last is a letter. */
const BODY_DIGITS_MIN = 3;
/** Other countries', only when announced: "plate AB12 CDE". */
const ANNOUNCED =
  /(?:licen[cs]e plate|number plate|registration|\bplate|\breg)(?: (?:number|no\.?))?[ :#]*(?:is|was)?[ :#]*((?=[A-Z0-9 -]*\d)(?=[A-Z0-9 -]*[A-Z])[A-Z0-9]{2,4}[ -]?[A-Z0-9]{2,4})(?![A-Za-z0-9])/g;

export function findPlates(plain: string): Found[] {
  const chinese = [...plain.matchAll(CHINESE)].filter(
    ([written]) => (written.slice(2).match(/\d/g)?.length ?? 0) >= BODY_DIGITS_MIN,
  );
  const spans = chinese.map((match) => ({ start: match.index, end: match.index + match[0].length }));
  const announced = [...plain.matchAll(ANNOUNCED)].map((match) => {
    const start = match.index + match[0].lastIndexOf(match[1] ?? "");
    return { start, end: start + (match[1] ?? "").length };
  });
  return [...spans, ...announced].map((span) => ({ ...span, label: "[plate]", announced: true }));
}
