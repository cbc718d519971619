import type { Embedder } from "../models/types.ts";
import type { Line } from "./lines.ts";
import { words } from "./text.ts";
import { centre, dot } from "./vectors.ts";

export interface LooseNames {
  /** Lines that the words mean without naming them ("本子" for 手账本, "screen" for a display); `unknown` is a thing named that is none of theirs. */
  find(text: string, pool: Line[]): Promise<{ lines: Line[]; unknown: string | null }>;
}

/** Centred cosine from which a word may mean an item, and how far other items must be behind. Calibrated on the example shops. */
const NEAR = 0.45;
const AHEAD = 0.06;
const PHRASES_MAX = 8;

/** Words that are never things. */
const EMPTY =
  /^(?:我?(?:想要?|要|需要|打算|准备)|货|我|你|您|他|她|它|的|了|吗|呢|吧|啊|要|想|把|给|帮|请|可以|能|能不能|行|退|退货|退款|换|换货|取消|订单|单|买|下单|收到|到|东西|那个|这个|那|这|个|件|双|一下|一个|昨天|前天|今天|上周|前几天|刚|有|没|没有|不|是|就|都|也|还|再|和|跟|与|在|上|里|里面|什么|怎么|麻烦|申请|办|办理|直接|觉得|太|很|有点|the|a|an|my|i|i'd|id|d|you|it|is|was|to|of|for|and|or|in|on|at|with|from|can|could|would|like|want|wanna|need|please|pls|plz|return|returned|returning|refund|refunded|exchange|cancel|cancelled|order|orders|item|items|thing|things|something|stuff|bought|ordered|got|get|came|back|send|this|that|these|those|one|ones|me|yesterday|today|last|week|ago|days|day|just|have|has|had|do|does|did|not|don't|t|s|m|re|ve|ll|be|been|are|will|there|hi|hello|hey|yes|no|ok|order's|want|they|them|so|but|too|very|really|am|up|go|going|let|us|make|take|swap|replace)$/i;

/** By meaning: every word that could be a thing is compared with every name the customer's items go by. */
export function createLooseNames(embedder: Embedder, mean: Float32Array): LooseNames {
  const embed = async (texts: string[]): Promise<Float32Array[]> =>
    (await embedder.embed(texts)).map((vector) => centre(vector, mean));
  return {
    async find(text, pool) {
      const things = [...new Set(words(text))]
        .filter((word) => !EMPTY.test(word) && !/^\d+$/.test(word))
        .slice(0, PHRASES_MAX);
      if (things.length === 0 || pool.length === 0) return { lines: [], unknown: null };
      const names = [...new Set(pool.flatMap((line) => line.phrases))];
      const [asked, known] = await Promise.all([embed(things), embed(names)]);
      const best = new Map<Line, number>();
      for (const line of pool) {
        const cosines = asked.flatMap((vector) =>
          line.phrases.map((phrase) => dot(vector, known[names.indexOf(phrase)] ?? vector)),
        );
        best.set(line, Math.max(...cosines));
      }
      const top = Math.max(...best.values());
      if (top < NEAR) return { lines: [], unknown: null };
      const lines = pool.filter((line) => (best.get(line) ?? 0) > top - AHEAD);
      const products = new Set(lines.map((line) => line.item.productId));
      return { lines: products.size <= 2 ? lines : [], unknown: null };
    },
  };
}
