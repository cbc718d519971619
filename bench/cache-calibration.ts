/** Whether two questions may share an answer: nearness alone against nearness and words, on labelled questions. */
import type { Locale } from "../src/dialogue/types.ts";
import { NEAR_ENOUGH } from "../src/knowledge/answer-cache.ts";
import { tellingWords } from "../src/knowledge/telling-words.ts";
import type { Embedder } from "../src/models/types.ts";
import { centre, dot } from "../src/understanding/vectors.ts";
import type { Wordings } from "./traffic.ts";

export interface Rule {
  what: string;
  /** Pairs taken for the same question: rightly, wrongly. */
  right: number;
  wrong: number;
}

export interface Calibration {
  locale: Locale;
  samePairs: number;
  otherPairs: number;
  rules: Rule[];
}

/** Every wording, plain and as it is typed: with each greeting, with each ending. */
function typed({ questions, openers, closers }: Wordings, locale: Locale): Array<{ text: string; meaning: string }> {
  const [greeting = ""] = openers[locale].filter((opener) => opener !== "").slice(-1);
  const [ending = ""] = closers[locale].filter((closer) => closer !== "").slice(-1);
  return questions.flatMap(({ meaning, [locale]: texts }) =>
    texts.flatMap((text) => [text, greeting + text, text + ending].map((dressed) => ({ text: dressed, meaning }))),
  );
}

export async function calibrate(embedder: Embedder, mean: Float32Array, words: Wordings): Promise<Calibration[]> {
  const found: Calibration[] = [];
  for (const locale of ["zh", "en"] as const) {
    const asked = typed(words, locale);
    const vectors = (await embedder.embed(asked.map(({ text }) => text))).map((vector) => centre(vector, mean));
    const rows = asked.map((each, index) => ({
      ...each,
      words: tellingWords(each.text),
      vector: vectors[index] as Float32Array,
    }));
    const pairs = rows.flatMap((a, index) =>
      rows.slice(index + 1).map((b) => ({
        same: a.meaning === b.meaning,
        words: a.words === b.words,
        near: dot(a.vector, b.vector),
      })),
    );
    const rule = (what: string, holds: (pair: (typeof pairs)[number]) => boolean): Rule => {
      const taken = pairs.filter(holds);
      const right = taken.filter(({ same }) => same).length;
      return { what, right, wrong: taken.length - right };
    };
    const samePairs = pairs.filter(({ same }) => same).length;
    found.push({
      locale,
      samePairs,
      otherPairs: pairs.length - samePairs,
      rules: [
        ...[0.8, 0.9, 0.95].map((least) => rule(`near ${least} alone`, ({ near }) => near >= least)),
        rule("equal words alone", ({ words: equal }) => equal),
        rule(`equal words and near ${NEAR_ENOUGH} (in use)`, ({ words: equal, near }) => equal && near >= NEAR_ENOUGH),
      ],
    });
  }
  return found;
}
