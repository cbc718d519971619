/** Full-width digits and letters folded, lower case, one kind of space: "ＤＤ８８２１３" → "dd88213". */
export const normalize = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\u200b-\u200f\u2060\ufeff]/g, "")
    .replace(/[’‘]/g, "'")
    .replace(/[ \t\u3000]+/g, " ")
    .trim();

/** Connectives that begin another thought even without punctuation before them. */
const CONNECTIVES =
  /(?=另外|还有(?!货|库存)|以及|顺便|再就是|同时把|(?:^|\s)(?:also|and also|plus also|and then|and (?=(?:i'd|i|please|cancel|return|exchange|swap|refund|call off|where|the \w+ (?:i|needs|should)))|but (?=(?:keep|leave|not|still|send|please)))\b)/;
/** Where a phone keyboard leaves punctuation out, Chinese customers put a space or an emoji. */
const PUNCTUATION =
  /(?<=\p{Script=Han})\s+(?=\p{Script=Han})|(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)+|[,，;；。!！?？\n~～…]+|\.(?=\s|$)|\s[-–—]+\s|:\s|：/u;

/** A clause, and whether a question mark ended it. */
export interface Clause {
  text: string;
  asks: boolean;
  /** Which sentence it stands in: words without a verb of their own lean on their own sentence first. */
  sentence: number;
}

/** Splits normalised text where one thought ends and the next begins. */
export function clauses(text: string): Clause[] {
  const found: Clause[] = [];
  text.split(/(?<=[;；。!！?？\n]|\.(?=\s|$))/).forEach((sentence, index) => {
    const asks = /[?？]\s*$/.test(sentence);
    const parts = sentence.split(PUNCTUATION).flatMap((part) => part.split(CONNECTIVES));
    const clean = parts.map((part) => part.trim()).filter((part) => /[\p{L}\p{N}]/u.test(part));
    found.push(
      ...clean.map((part, position) => ({
        text: part,
        asks: asks && position === clean.length - 1,
        sentence: index,
      })),
    );
  });
  return found;
}

const segmenter = new Intl.Segmenter("zh", { granularity: "word" });

/** Words of either language; Chinese is segmented, numbers and Latin words stay whole. */
export function words(text: string): string[] {
  const found: string[] = [];
  for (const { segment, isWordLike } of segmenter.segment(text))
    if (isWordLike) found.push(...segment.split(/[-_/'’.]/).filter(Boolean));
  return found;
}

export const isHan = (text: string): boolean => /\p{Script=Han}/u.test(text);

/** Things whose singular is another word: "too short" names no shorts, "broken glass" no glasses. */
const PLURAL_THINGS = new Set(
  "shorts tights heels flats slides slacks briefs overalls shades weights blinds glasses sweets chips crisps".split(
    " ",
  ),
);

/** English plural and verb endings off: "lamps", "shoes" → "lamp", "shoe". */
export function stem(word: string): string {
  if (isHan(word) || word.length < 4 || PLURAL_THINGS.has(word)) return word;
  if (word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (/(?:ss|sh|ch|x)es$/.test(word)) return word.slice(0, -2);
  if (/[^s]s$/.test(word)) return word.slice(0, -1);
  return word;
}

/** Whether two words differ by one typing slip: a letter more, less, other, or two swapped. */
export function nearlyEqual(a: string, b: string): boolean {
  if (a === b) return true;
  if (Math.min(a.length, b.length) < 5 || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const left = a.slice(start, a.length - end);
  const right = b.slice(start, b.length - end);
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
}

/** Parts of a normalised text as they were typed, where they can be found again. */
export const asTyped = (normalized: string, original: string): string =>
  normalized
    .split("，")
    .map((part) => {
      const at = original.toLowerCase().indexOf(part);
      return at < 0 ? part : original.slice(at, at + part.length);
    })
    .join("，");

const PLACEHOLDER = /\[(?:national-id|bank-card|mobile|landline|phone|passport|email|address|plate)\]/g;
const SAYS_WHAT_IT_IS =
  /我的?|这是|是|身份证|护照|银行卡|电话|手机|号码?|卡号|地址|邮箱|车牌|联系方式|和|还有|\b(?:my|the|is|are|it's|here(?:'s)?|id|card|passport|phone|mobile|number|email|e-mail|address|plate|and|no)\b|[\s\p{P}]/giu;

/** Masked personal data, what it is, and nothing else. */
export const isOnlyPersonal = (text: string): boolean => {
  const rest = text.replace(PLACEHOLDER, "");
  return rest.length < text.length && rest.replace(SAYS_WHAT_IT_IS, "") === "";
};
