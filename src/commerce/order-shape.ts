/** An order number without punctuation and case, as customers type it in many ways: "#ORD-7f3k2" → "ord7f3k2". */
export const normalizeOrderId = (id: string): string =>
  id
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");

/**
 * The shape of an order number, learnt from the shop's data and never fixed: its leading letters, how many characters
 * follow, and whether they are digits only. "DD88213" is "dd|5|9", "ORD-7F3K2" is "ord|5|x".
 */
export function orderShape(id: string): string {
  const normal = normalizeOrderId(id);
  const prefix = /^\p{L}*/u.exec(normal)?.[0] ?? "";
  const body = normal.slice(prefix.length);
  return `${prefix}|${body.length}|${/^\d*$/.test(body) ? "9" : "x"}`;
}

/** Whether a normalised word looks like one of the shop's order numbers, with or without its leading letters. */
export function looksLikeOrderId(word: string, shapes: string[]): boolean {
  if (!/\d/.test(word)) return false;
  return shapes.some((shape) => {
    const [prefix = "", length = "0", body = "x"] = shape.split("|");
    const rest = prefix !== "" && word.startsWith(prefix) ? word.slice(prefix.length) : word;
    return rest.length === Number(length) && (body === "9" ? /^\d+$/ : /^[a-z0-9]+$/).test(rest);
  });
}
