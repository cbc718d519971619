const CUE = String.raw`(?:订单(?:编号|号码|号)?|单号|order(?: (?:number|no\.?|id))?|#)[ :#]*(?:是|为|is|was)?[ :#]*`;
const GAP = "[ ._/·-]{0,2}";

/** A body of this length, with what customers put between its characters. */
const body = (length: number, kind: string): string => (length === 0 ? "" : `${kind}(?:${GAP}${kind}){${length - 1}}`);
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/**
 * Finds the shop's order numbers by their shapes (src/commerce/order-shape.ts), so that no recogniser takes one for
 * something personal: written with their own letters, or behind a word that announces an order.
 */
export function orderNumberFinder(shapes: readonly string[]): (plain: string) => Array<{ start: number; end: number }> {
  const patterns = shapes.flatMap((shape) => {
    const [prefix = "", length = "0", kind = "x"] = shape.split("|");
    const characters = body(Number(length), kind === "9" ? String.raw`\d` : "[a-z0-9]");
    if (characters === "") return [];
    const letters = [...prefix].map(escaped).join("");
    const announced = String.raw`(?<=${CUE}(?:${letters}${GAP})?)${characters}(?![\da-z])`;
    const own = String.raw`(?<![\da-z])${letters}${GAP}${characters}(?![\da-z])`;
    return [new RegExp(prefix === "" ? announced : `${own}|${announced}`, "giu")];
  });
  return (plain) =>
    patterns.flatMap((pattern) =>
      [...plain.matchAll(pattern)].map((match) => ({ start: match.index, end: match.index + match[0].length })),
    );
}
