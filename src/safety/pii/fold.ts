/** The text as recognisers read it: one plain character for each visible one, and where each was typed. */
export interface Folded {
  plain: string;
  /** Offsets in the typed text of each plain character: first unit, and one past the last. */
  from: number[];
  to: number[];
}

/** What is read out digit by digit: 一三八, 幺 for 1, 洞 for 0, 拐 for 7, and the formal numerals. */
const SPOKEN = new Map(
  ["零〇○洞", "一壹幺", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒拐", "八捌", "九玖"].flatMap(
    (characters, digit) => [...characters].map((character) => [character, String(digit)] as const),
  ),
);

/** Joiners, marks of direction, soft hyphens, the parts of keycap emoji: what nobody sees between two digits. */
const INVISIBLE = /^(?:\p{Cf}|\ufe0f|\u20e3|\u034f|\u180e)$/u;
/** Belongs to the digit in front of it. */
const KEYCAP = /^(?:\ufe0f|\u20e3)$/u;
const DASH = /^[\u2010-\u2015\u2212\u30fc\u2500\uff5e~]$/;
const MIDDLE_DOT = /^[\u00b7\u2022\u30fb\u2027\u22c5]$/;
/** ⓪ ① … ⑨ and the mathematical digits. */
const ENCLOSED = /^[\u2460-\u2468\u24ea\u{1d7ce}-\u{1d7ff}]$/u;
const OTHER = "\ufffc";

/** Digits of any script come in rows of ten. */
function digitOf(character: string): string {
  let zero = character.codePointAt(0) ?? 0;
  const code = zero;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return String(code - zero);
}

function plainOf(character: string, spoken: boolean): string {
  if (character >= "!" && character <= "}") return character;
  if (INVISIBLE.test(character)) return "";
  if (/[\uff01-\uff5d]/.test(character)) return String.fromCharCode(character.charCodeAt(0) - 0xfee0);
  if (/\s/.test(character)) return " ";
  if (DASH.test(character)) return "-";
  if (MIDDLE_DOT.test(character)) return "·";
  if (ENCLOSED.test(character)) return character.normalize("NFKC");
  if (/\p{Nd}/u.test(character)) return digitOf(character);
  if (spoken) return SPOKEN.get(character) ?? (character.length === 1 ? character : OTHER);
  return character.length === 1 ? character : OTHER;
}

/** `spoken`: Chinese numerals are digits as well. */
export function fold(text: string, spoken: boolean): Folded {
  const folded: Folded = { plain: "", from: [], to: [] };
  let at = 0;
  for (const character of text) {
    const plain = plainOf(character, spoken);
    if (plain !== "") {
      folded.plain += plain;
      folded.from.push(at);
      folded.to.push(at + character.length);
    } else if (KEYCAP.test(character)) folded.to[folded.to.length - 1] = at + character.length;
    at += character.length;
  }
  return folded;
}

export const hasSpokenDigits = (text: string): boolean => [...text].some((character) => SPOKEN.has(character));
