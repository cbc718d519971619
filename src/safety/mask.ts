/**
 * Masks personal numbers before anything durable sees them (P3, first form): national IDs with a right check digit,
 * Chinese mobiles, and bank cards that pass Luhn. Order numbers survive, because none of these fits them by chance.
 */
const NATIONAL_ID =
  /(?<!\d)[1-9]\d{5}[ -]?(?:19|20)\d{2}[ -]?(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -]?\d{3}[\dXx](?![\dA-Za-z])/g;
const MOBILE = /(?<![\d-])(?:(?:\+|00)?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![\d-])/g;
const CARD = /(?<![\dA-Za-z-])\d(?:[ -]?\d){12,18}(?![\dA-Za-z])/g;
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

/** Digits in other widths are read like the plain ones; the text stays as it was typed where nothing is masked. */
export function mask(text: string): string {
  const folded = text
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replace(/[\u200b-\u200d\ufeff]/g, "");
  return folded
    .replace(NATIONAL_ID, (id) => (isNationalId(id) ? "[national-id]" : id))
    .replace(CARD, (card) => (passesLuhn(card) ? "[bank-card]" : card))
    .replace(MOBILE, "[mobile]")
    .replace(EMAIL, "[email]");
}
