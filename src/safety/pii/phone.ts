import { isPossiblePhoneNumber, isValidPhoneNumber } from "libphonenumber-js/max";
import type { DigitWindow, PiiLabel } from "./types.ts";

const CUE =
  /(?:手机|手機|电话|電話|联系方式|联系我|号码|致电|拨打|座机|固话|\btel\b|phone|mobile|\bcell\b|\bcall\b|\bring\b|\btext me\b|whatsapp|\bfax\b|传真)[^\d.;。；!?！？]{0,12}$/;
const NO_PHONE = /(?:订单|单号|运单|\border\b|tracking|waybill|货号|型号|条码|barcode|\bsku)[^\d.;。；!?！？]{0,12}$/;
/** Carriers' numbers begin with their letters. */
const CARRIER = /(?:sf|jd|yt|zto|zt|jt|dpk|ems|lp|ups|1z)$/;
/** 400 and 800 lines are a business', not a person's. */
const HOTLINE = /^(?:86)?[48]00\d{7}$/;
/** Countries whose customers write their numbers without a country code. */
const INTERNATIONAL = /\+ ?\(?$/;
const HOME_COUNTRIES = ["US", "GB"] as const;

const lengths = (groups: string[]): string => groups.map(({ length }) => length).join();
const uniform = (separators: string[]): boolean => new Set(separators.map((each) => each.trim())).size <= 1;
/** "1,381,234,567"-like thousands with blanks or points. */
const isThousands = (groups: string[]): boolean =>
  groups.length > 2 && (groups[0]?.length ?? 0) <= 3 && groups.slice(1).every(({ length }) => length === 3);

const AREA_MIN = 3;
const PIECES_MAX = 5;

/** A number as somebody writes one down, not digits that stand together by chance. */
function written({ groups, separators }: DigitWindow): boolean {
  if (groups.length === 1) return true;
  if (isThousands(groups)) return false;
  const loose = separators.some((each) => /[._/]/.test(each));
  if (loose)
    return (
      /(?:^|,)3,4,4$|^\d,10$|^3,8$|^[34],[78]$/.test(lengths(groups)) || groups.every(({ length }) => length === 1)
    );
  return groups.length <= PIECES_MAX || (uniform(separators) && groups.every(({ length }) => length <= 2));
}

const MOBILE = /^(?:(?:00)?86)?1[3-9]\d{9}$/;

function isMobile(window: DigitWindow): boolean {
  return MOBILE.test(window.digits) && written(window);
}

/** Area code and subscriber number; one without area code only when it is announced as a phone number. */
function isLandline(window: DigitWindow): boolean {
  const { digits, groups, before } = window;
  if (/^[2-8]\d{6,7}$/.test(digits)) return CUE.test(before) && written(window);
  const local = digits.replace(/^(?:00)?86(?=[1-9])/, "0");
  if (!/^0\d{9,11}$/.test(local)) return false;
  const area = groups.length > 1 || CUE.test(before) || before.endsWith("+") || local.length >= AREA_MIN;
  return area && isValidPhoneNumber(local, "CN") && written(window);
}

/** Britain's as they are written there: 07700 900123, 020 7946 0123. In China the same digits stand together or behind a hyphen. */
function looksBritish({ digits, groups, separators }: DigitWindow): boolean {
  if (!separators.every((each) => each === " ")) return false;
  const area = groups[0] ?? "";
  return /^07\d{9}$/.test(digits) ? area.length === 5 : /^02\d,4,4$/.test(`${area},${lengths(groups.slice(1))}`);
}
const looksAmerican = ({ groups, separators }: DigitWindow): boolean =>
  lengths(groups) === "3,3,4" && separators.every((each) => each !== " ");

/** Other countries' numbers: with their code, or without it where that can only be a phone number. */
function isForeign(window: DigitWindow): boolean {
  const { digits, before } = window;
  if (!/^\d{8,15}$/.test(digits)) return false;
  if (INTERNATIONAL.test(before)) return !digits.startsWith("86") && isPossiblePhoneNumber(`+${digits}`);
  if (digits.startsWith("00")) return isValidPhoneNumber(`+${digits.slice(2)}`);
  if (looksBritish(window)) return isPossiblePhoneNumber(digits, "GB");
  if (looksAmerican(window)) return isValidPhoneNumber(digits, "US");
  return CUE.test(before) && written(window) && HOME_COUNTRIES.some((home) => isValidPhoneNumber(digits, home));
}

/** Which kind of phone number it is, if any. */
export function phoneLabel(window: DigitWindow): PiiLabel | null {
  const { digits, groups, before, tiedBefore, tiedAfter } = window;
  // Digit by digit only mobiles are given; most windows of a long list of numbers end here.
  if (groups.length > PIECES_MAX && !MOBILE.test(digits)) return null;
  if (tiedBefore || CARRIER.test(before) || HOTLINE.test(digits)) return null;
  if (!tiedAfter && (INTERNATIONAL.test(before) || looksBritish(window)) && isForeign(window)) return "[phone]";
  if (!tiedAfter && isMobile(window)) return "[mobile]";
  if (NO_PHONE.test(before)) return null;
  if (isLandline(window)) return "[landline]";
  return !tiedAfter && isForeign(window) ? "[phone]" : null;
}

/** What belongs to a phone number in front of it ("+", "(") and behind it (an extension). */
export function phoneEdges(plain: string, start: number, end: number): { start: number; end: number } {
  const lead = /\(?(?:\+ ?)?\(?$/.exec(plain.slice(Math.max(0, start - 4), start))?.[0].length ?? 0;
  const extension =
    /^(?: ?(?:转|分机|ext\.?|x) ?\d{1,5}|-\d{1,4})(?![\dA-Za-z])/i.exec(plain.slice(end, end + 12))?.[0].length ?? 0;
  return { start: start - lead, end: end + extension };
}
