import type { Found } from "./types.ts";

/** Chinese passports: E or G with 8 digits, E and a second letter with 7. */
const CHINESE = /(?<![A-Za-z0-9-])(?:[EG][ -]?\d{8}|E[A-HJ-NP-Z][ -]?\d{7})(?![A-Za-z0-9])/gi;
/** Any country's, when it is announced; travel permits as well. */
const ANNOUNCED =
  /(?:护照(?:号码?)?|通行证(?:号码?)?|passport(?: (?:number|no\.?|num))?)[ :#]*(?:是|为|is|was)?[ :#]*([A-Z]{0,3}[ -]?\d[\d -]{5,10}[A-Z]?|[A-Z]{1,2}\d{6,9})(?![A-Za-z0-9])/gi;

export function findPassports(plain: string): Found[] {
  const bare = [...plain.matchAll(CHINESE)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
  const announced = [...plain.matchAll(ANNOUNCED)].map((match) => {
    const number = (match[1] ?? "").trimEnd();
    const start = match.index + match[0].indexOf(match[1] ?? "");
    return { start, end: start + number.length };
  });
  return [
    ...announced.map((span): Found => ({ ...span, label: "[passport]", announced: true })),
    ...bare.map((span): Found => ({ ...span, label: "[passport]" })),
  ];
}
