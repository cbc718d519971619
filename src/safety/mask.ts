/**
 * Masks personal numbers before anything durable sees them (P3, first form): national IDs with a right check digit,
 * Chinese mobiles, and bank cards that pass Luhn. Order numbers survive, because none of these fits them by chance.
 */
const NATIONAL_ID =
  /(?<!\d)[1-9]\d{5}[ -]?(?:19|20)\d{2}[ -]?(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -]?\d{3}[\dXx](?!\d)/g;
/** A hyphen after a letter or digit is inside an order number. */
const MOBILE = /(?<!\d|[\dA-Za-z]-)(?:(?:\+|00)?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d|-\d)/g;
/** By the issuers' first digits, so that an order number that starts with its year is not taken for a card. */
const CARD = /(?<![\dA-Za-z-])(?:2[ -]?[2-7]|3[ -]?[04-9]|[4-6][ -]?\d|9[ -]?5)(?:[ -]?\d){11,17}(?!\d)/g;
const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECKS = "10X98765432";

/** GB 11643: the last character is MOD 11-2 of the first seventeen digits. */
function isNationalId(written: string): boolean {
  const id = written.replace(/[ -]/g, "").toUpperCase();
  const sum = ID_WEIGHTS.reduce((total, weight, index) => total + weight * Number(id[index]), 0);
  return ID_CHECKS[sum % 11] === id[17];
}

function passesLuhn(written: string): boolean {
  const digits = written.replace(/\D/g, "");
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

const KINDS: ReadonlyArray<{ pattern: RegExp; label: string; valid: (written: string) => boolean }> = [
  { pattern: NATIONAL_ID, label: "[national-id]", valid: isNationalId },
  { pattern: CARD, label: "[bank-card]", valid: passesLuhn },
  { pattern: MOBILE, label: "[mobile]", valid: () => true },
  { pattern: EMAIL, label: "[email]", valid: () => true },
];

/** Full width as plain, every dash and space as one, nothing for what can't be seen. */
function fold(character: string): string {
  if (/[\uff01-\uff5e]/.test(character)) return String.fromCharCode(character.charCodeAt(0) - 0xfee0);
  if (/[\u2010-\u2015\u2212]/.test(character)) return "-";
  return /[\u200b-\u200d\u2060\ufeff\u00ad]/.test(character) ? "" : character.replace(/\s/, " ");
}

/** Numbers are found however they are typed; the text stays as it was where nothing is masked. */
export function mask(text: string): string {
  const units = [...Array(text.length).keys()].map((at) => ({ at, plain: fold(text.charAt(at)) }));
  const seen = units.filter(({ plain }) => plain !== "");
  let folded = seen.map(({ plain }) => plain).join("");
  const found: Array<{ from: number; to: number; label: string }> = [];
  for (const { pattern, label, valid } of KINDS)
    folded = folded.replace(pattern, (written: string, start: number) => {
      if (!valid(written)) return written;
      const [from, last] = [seen[start]?.at ?? 0, seen[start + written.length - 1]?.at ?? 0];
      found.push({ from, to: last + 1, label });
      return "*".repeat(written.length);
    });
  found.sort((a, b) => b.from - a.from);
  return found.reduce((masked, { from, to, label }) => masked.slice(0, from) + label + masked.slice(to), text);
}
