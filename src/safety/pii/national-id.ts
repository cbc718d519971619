import type { DigitWindow } from "./types.ts";

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = "10X98765432";
/** GB/T 2260: the first two digits are a province, or 81-83 for residence permits of Hong Kong, Macau and Taiwan, 9x for foreigners. */
const REGION = /^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9[1-3])\d{4}/;
const CUE =
  /(?:身份证|身份證|证件号|身份号|id ?card|national id|identity|\bid ?(?:no|number|is|:|#))[^\d.;。；!?！？]{0,12}$/;

function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year >= 1890 && year <= 2100;
}

/** GB 11643: region, date of birth, MOD 11-2 of the first seventeen digits. */
function isEighteen(digits: string): boolean {
  const date = isDate(Number(digits.slice(6, 10)), Number(digits.slice(10, 12)), Number(digits.slice(12, 14)));
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(digits[index]), 0);
  return date && CHECKS[sum % 11] === digits[17]?.toUpperCase();
}

/** Until 1999: region, date without century, serial number; no check digit. */
const isFifteen = (digits: string): boolean =>
  isDate(1900 + Number(digits.slice(6, 8)), Number(digits.slice(8, 10)), Number(digits.slice(10, 12)));

export const announcesId = (before: string): boolean => CUE.test(before);

/** National ID numbers of 18 and of 15 digits; one that is announced as such may have a wrong check digit. */
export function isNationalId({ digits, before, groups }: DigitWindow): boolean {
  if (!/^\d{17}[\dXx]$|^\d{15}$/.test(digits)) return false;
  if (announcesId(before)) return true;
  if (!REGION.test(digits)) return false;
  if (digits.length === 18) return isEighteen(digits);
  // Without a check digit only what is written in one piece, or by its parts.
  return isFifteen(digits) && (groups.length === 1 || groups.map(({ length }) => length).join() === "6,6,3");
}
