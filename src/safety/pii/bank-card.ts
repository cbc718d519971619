import type { DigitWindow } from "./types.ts";

/** Issuers' first digits with the lengths they give out, so that no order number that starts with its year is taken for a card. */
const ISSUERS: ReadonlyArray<{ digits: RegExp; lengths: readonly number[] }> = [
  { digits: /^62/, lengths: [16, 17, 18, 19] },
  { digits: /^4/, lengths: [13, 16, 19] },
  { digits: /^(?:5[1-5]|2[2-7])/, lengths: [16] },
  { digits: /^3[47]/, lengths: [15] },
  { digits: /^3(?:0|6|8|9)/, lengths: [14, 16] },
  { digits: /^35/, lengths: [16] },
  { digits: /^(?:50|5[6-8]|6)/, lengths: [16, 17, 18, 19] },
  { digits: /^9(?:55|0|4)/, lengths: [16, 17, 18, 19] },
];
const CUE = /(?:卡号|银行卡|信用卡|储蓄卡|借记卡|\bcard\b)[^\d.;。；!?！？]{0,12}$/;
/** Right in front of it, or it belongs to something else. */
const NO_CARD = /(?:运单|快递单|物流单|单号|订单|tracking|waybill|\border\b)[^\d.;。；!?！？]{0,12}$/;
const WITH_CUE_MIN = 13;

export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]) * (index % 2 === 1 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

/** Bank cards by issuer, length and Luhn; one that is announced as such may be mistyped. */
export function isBankCard({ digits, before, tiedBefore, groups }: DigitWindow): boolean {
  if (!/^\d{13,19}$/.test(digits) || tiedBefore) return false;
  if (CUE.test(before) && digits.length >= WITH_CUE_MIN) return true;
  if (NO_CARD.test(before) || /[a-z]$/.test(before)) return false;
  // Small groups of every length are a list of numbers, not a card.
  const even =
    groups.length === 1 || groups.every(({ length }, at) => length <= 1 || at === groups.length - 1 || length >= 3);
  return (
    even &&
    ISSUERS.some((issuer) => issuer.digits.test(digits) && issuer.lengths.includes(digits.length)) &&
    passesLuhn(digits)
  );
}
