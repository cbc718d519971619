import type { Embedder } from "../models/types.ts";
import type { Line } from "./lines.ts";
import { words } from "./text.ts";
import { centre, dot } from "./vectors.ts";

export interface LooseNames {
  /** Lines that the words mean without naming them: "the one that boils" for a kettle. */
  find(text: string, pool: Line[]): Promise<Line[]>;
  /** Asked which of a few: the product whose name the whole answer is nearest to, when it is plainly ahead of the others. */
  choose(text: string, offered: Line[]): Promise<Line[]>;
}

/** Centred cosine from which a word may mean an item, and how far other items must be behind. Calibrated on the example shops. */
const NEAR = 0.45;
const AHEAD = 0.06;
const PHRASES_MAX = 8;
/** The same for an answer among a few: "the one that pumps" is .31 and .15 ahead; "whatever" and "you choose" stay below .26. */
const CHOSEN_NEAR = 0.28;
const CHOSEN_AHEAD = 0.1;

/** Words that are never things. */
const EMPTY =
  /^(?:我?(?:想要?|要|需要|打算|准备)|货|我|你|您|他|她|它|的|了|吗|呢|吧|啊|要|想|把|给|帮|请|可以|能|能不能|行|退|退货|退款|换|换货|取消|订单|单|买|下单|收到|到|东西|那个|这个|那|这|个|件|双|一下|一个|昨天|前天|今天|上周|前几天|刚|有|没|没有|不|是|就|都|也|还|再|和|跟|与|在|上|里|里面|什么|怎么|麻烦|申请|办|办理|直接|觉得|太|很|有点|the|a|an|my|i|i'd|id|d|you|it|is|was|to|of|for|and|or|in|on|at|with|from|can|could|would|like|want|wanna|need|please|pls|plz|return|returned|returning|refund|refunded|exchange|cancel|cancelled|order|orders|item|items|thing|things|something|stuff|bought|ordered|got|get|came|back|send|this|that|these|those|one|ones|me|yesterday|today|last|week|ago|days|day|just|have|has|had|do|does|did|not|don't|t|s|m|re|ve|ll|be|been|are|will|there|hi|hello|hey|yes|no|ok|order's|want|they|them|so|but|too|very|really|am|up|go|going|let|us|make|take|swap|replace)$/i;

/** Names are few and come back every turn: their vectors are kept, unlike those of what customers say. */
const NAMES_KEPT_MAX = 20_000;

/** By meaning: every word that could be a thing is compared with every name the customer's items go by. */
export function createLooseNames(embedder: Embedder, mean: Float32Array): LooseNames {
  const embed = async (texts: string[]): Promise<Float32Array[]> =>
    (await embedder.embed(texts)).map((vector) => centre(vector, mean));
  const kept = new Map<string, Float32Array>();
  const learn = async (names: string[]): Promise<void> => {
    const missing = names.filter((name) => !kept.has(name));
    if (missing.length === 0) return;
    const vectors = await embed(missing);
    if (kept.size + missing.length > NAMES_KEPT_MAX) kept.clear();
    for (const [index, vector] of vectors.entries()) kept.set(missing[index] ?? "", vector);
  };
  return {
    async choose(text, offered) {
      if (text.trim() === "" || offered.length < 2) return [];
      const [[asked]] = await Promise.all([
        embed([text]),
        learn([...new Set(offered.flatMap((line) => line.phrases))]),
      ]);
      const products = new Map<string, number>();
      for (const line of offered) {
        const near = Math.max(...line.phrases.map((phrase) => dot(asked ?? ZERO, kept.get(phrase) ?? ZERO)));
        products.set(line.item.productId, Math.max(near, products.get(line.item.productId) ?? -1));
      }
      const [best, next] = [...products].sort((a, b) => b[1] - a[1]);
      if (!best || !next || best[1] < CHOSEN_NEAR || best[1] < next[1] + CHOSEN_AHEAD) return [];
      return offered.filter((line) => line.item.productId === best[0]);
    },
    async find(text, pool) {
      const things = [...new Set(words(text))]
        .filter((word) => !EMPTY.test(word) && !/^\d+$/.test(word))
        .slice(0, PHRASES_MAX);
      if (things.length === 0 || pool.length === 0) return [];
      const [asked] = await Promise.all([embed(things), learn([...new Set(pool.flatMap((line) => line.phrases))])]);
      const nearness = (line: Line): number =>
        Math.max(...asked.flatMap((vector) => line.phrases.map((phrase) => dot(vector, kept.get(phrase) ?? ZERO))));
      const best = new Map(pool.map((line) => [line, nearness(line)]));
      const top = Math.max(...best.values());
      if (top < NEAR) return [];
      const lines = pool.filter((line) => (best.get(line) ?? 0) > top - AHEAD);
      return new Set(lines.map((line) => line.item.productId)).size <= PRODUCTS_MAX ? lines : [];
    },
  };
}
const ZERO = new Float32Array();
/** A word that means three things at once means none. */
const PRODUCTS_MAX = 2;
