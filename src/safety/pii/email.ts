import type { Found } from "./types.ts";

const LOCAL = String.raw`[\p{L}\p{N}_%+-](?:[\p{L}\p{N}_.%+-]{0,62}[\p{L}\p{N}_%+-])?`;
const AT = String.raw`(?: ?@ ?| ?[\[({<] ?at ?[\])}>] ?)`;
const DOT = String.raw`(?:\.| \. | ?[\[({<] ?dot ?[\])}>] ?|。(?=(?:com|cn|net|org)))`;
const WORD = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const EMAIL = new RegExp(`${LOCAL}${AT}${WORD}(?:${DOT}${WORD}){0,4}${DOT}[A-Za-z]{2,12}(?![A-Za-z0-9-])`, "gu");
/** As it is read out: "li lei at example dot com". */
const SPELT =
  /(?<![A-Za-z0-9])[A-Za-z0-9._+-]{2,40} at [A-Za-z0-9-]{2,30}(?: dot [A-Za-z0-9-]{2,12}){1,3}(?![A-Za-z0-9])/gi;

/** The part before the @ is Latin in practice: Chinese in front of it is the sentence. */
const SENTENCE = /^.*\p{Script=Han}/u;

/** E-mail addresses, also with "[at]" and "dot", with blanks around the @, and in full width. */
export function findEmails(plain: string): Found[] {
  if (!/@|\bat\b|[[({<] ?at/i.test(plain)) return [];
  return [...plain.matchAll(EMAIL), ...plain.matchAll(SPELT)].flatMap((match): Found[] => {
    const lead = SENTENCE.exec(match[0].split(/@|\bat\b/)[0] ?? "")?.[0].length ?? 0;
    return [{ start: match.index + lead, end: match.index + match[0].length, label: "[email]" }];
  });
}
