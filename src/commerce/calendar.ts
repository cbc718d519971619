/** Days as the shop and its customers count them: "yesterday" doesn't depend on where the server stands. */
export const SHOP_TIME_ZONE = "Asia/Shanghai";

const DAY_MS = 86_400_000;
const format = new Intl.DateTimeFormat("sv-SE", { timeZone: SHOP_TIME_ZONE });

/** Number of the calendar day since 1970; two times on one day have the same. */
export const dayNumber = (date: Date): number => Date.parse(format.format(date)) / DAY_MS;

/** 0 is Sunday; 1 January 1970 was a Thursday. */
export const weekdayOf = (date: Date): number => (dayNumber(date) + 4) % 7;
