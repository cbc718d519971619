const OPEN = "<think>";
const CLOSE = "</think>";

/**
 * Drops the thoughts that local reasoning models write before their answer when their server doesn't split them off:
 * customers never see them (M7). Feed it the stream; it returns what may be shown of each piece.
 */
export function createThoughtFilter(): (piece: string) => string {
  let held = "";
  let state: "start" | "thinking" | "answering" = "start";
  return (piece) => {
    if (state === "answering") return piece;
    held += piece;
    if (state === "start") {
      const begun = held.trimStart();
      if (begun.length < OPEN.length && OPEN.startsWith(begun)) return "";
      state = begun.startsWith(OPEN) ? "thinking" : "answering";
      if (state === "answering") return held;
    }
    const end = held.indexOf(CLOSE);
    if (end === -1) return "";
    state = "answering";
    return held.slice(end + CLOSE.length).trimStart();
  };
}
