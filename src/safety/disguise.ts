/** Letters that stand in for others: k1ll, st@b, b!tch. */
const STAND_INS: Record<string, string> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};

/** A word of letters and stand-ins, letters on both ends or most of it; "a4", "3d", "10k" and numbers of orders are none. */
function unmasked(word: string): string {
  const letters = word.match(/[a-z]/g)?.length ?? 0;
  const others = word.match(/[013457@$!*]/g)?.length ?? 0;
  if (others === 0 || letters < 2 || letters < others || /\d{3}/.test(word) || /^\d+[a-z]{1,3}$/.test(word))
    return word;
  return word.replace(/[013457@$!]/g, (each) => STAND_INS[each] ?? each).replaceAll("*", "");
}

/**
 * A text as it would read without what hides words from filters: width and case folded, invisible characters gone, "废 物" and
 * "贱-人" joined, "f u c k" and "k1ll" as words. An ordinary text stays as the embedder's cache knows it.
 */
export function undisguised(text: string): string {
  return (
    text
      .normalize("NFKC")
      .replace(/\p{Cf}/gu, "")
      .toLowerCase()
      // No word is as long: a code, a link's tail, noise. Pieces of it would be taken for anything.
      .replace(/[a-z0-9]{24,}/g, " ")
      .replace(/[\p{Cc}\s]+/gu, " ")
      .replace(/(?<=\p{Script=Han})(?: ?[-_.·/*@、|+^~] ?)(?=\p{Script=Han})(?<!、(?=\p{Script=Han}{2}))/gu, "")
      .replace(
        /(?<![\p{L}\p{N}])(?:\p{Script=Han} ){2,}\p{Script=Han}(?![\p{L}])|(?<=\p{Script=Han}) (?=\p{Script=Han}(?:[ ，。！!,]|$))/gu,
        (run) => run.replaceAll(" ", ""),
      )
      .replace(/(?<![a-z])(?:[a-z0-9@$!] ){2,}[a-z0-9@$!](?![a-z0-9])/g, (run) =>
        /[a-z] [a-z]/.test(run) ? run.replaceAll(" ", "") : run,
      )
      .replace(/[a-z013457@$!*]+/g, (word) => {
        const tail = word.match(/!+$/)?.[0] ?? "";
        return unmasked(tail ? word.slice(0, -tail.length) : word) + tail;
      })
      .trim()
  );
}
