/** An order number without punctuation and case, as customers type it in many ways: "#ORD-7f3k2" → "ord7f3k2". */
export const normalizeOrderId = (id: string): string =>
  id
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");

/**
 * The shape of an order number, learnt from the shop's data and never fixed: its leading letters and how many
 * characters follow. "DD88213" is "dd|5".
 */
export function orderShape(id: string): string {
  const normal = normalizeOrderId(id);
  const prefix = /^\p{L}*/u.exec(normal)?.[0] ?? "";
  return `${prefix}|${normal.length - prefix.length}`;
}

/** Whether a normalised word looks like one of the shop's order numbers, with or without its leading letters. */
export function looksLikeOrderId(word: string, shapes: string[]): boolean {
  if (!/\d/.test(word)) return false;
  return shapes.some((shape) => {
    const [prefix = "", length = "0"] = shape.split("|");
    const body = word.startsWith(prefix) ? word.slice(prefix.length) : word;
    return body.length === Number(length) && /^[a-z0-9]+$/.test(body);
  });
}
