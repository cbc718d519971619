const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Excel counts days from here; its serial numbers of this century lie between these. */
const EXCEL_EPOCH_MS = Date.UTC(1899, 11, 30);
const EXCEL_FROM = 36_000;
const EXCEL_TO = 80_000;
const LOCAL =
  /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,3})\d*)?)?)?$/;

/** "+08:00" in ms. */
export function offsetMs(offset: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):(\d{2})$/.exec(offset) ?? [];
  const ms = Number(hours ?? 0) * HOUR_MS + Number(minutes ?? 0) * MINUTE_MS;
  return sign === "-" ? -ms : ms;
}

function numeric(value: number): number | null {
  if (value >= 1e12 && value < 1e13) return value;
  if (value >= 1e8 && value < 1e10) return Math.round(value * 1_000);
  return null;
}

/**
 * ms since the epoch of what exports write: ISO 8601, "2026-03-01 09:30:00" or "2026/3/1 9:30" (in `zoneMs`), seconds or milliseconds
 * since 1970, and Excel's day numbers (in `zoneMs`). Null for anything else, and for days that don't exist.
 */
export function parseTime(text: string, zoneMs: number): number | null {
  const trimmed = text.trim();
  if (/^\d+(?:\.\d+)?$/.test(trimmed)) {
    const value = Number(trimmed);
    if (value >= EXCEL_FROM && value < EXCEL_TO) return Math.round(EXCEL_EPOCH_MS + value * DAY_MS) - zoneMs;
    return numeric(value);
  }
  const local = LOCAL.exec(trimmed);
  if (local) {
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = local
      .slice(1, 7)
      .map((part) => Number(part ?? 0));
    if (month < 1 || month > 12 || hour > 24 || minute > 59 || second > 60) return null;
    const at = Date.UTC(year, month - 1, day, hour, minute, second, Number((local[7] ?? "0").padEnd(3, "0")));
    return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day ? at - zoneMs : null;
  }
  if (!/^\d{4}-\d{2}-\d{2}T/.test(trimmed)) return null;
  const at = Date.parse(trimmed);
  return Number.isNaN(at) ? null : at;
}
