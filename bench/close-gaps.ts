/**
 * `npm run bench -- gaps [--close 10]`: plays the reviewer after `npm run evaluate -- --knowledge` has left its gaps in the running system:
 * the largest are closed with what the shop's agents know (data/logs/facts), those that nobody knows are dismissed.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createTokens } from "../src/api/auth.ts";
import { jwtSecret } from "../src/cli/instance.ts";
import { loadConfig } from "../src/config.ts";
import { readInstance } from "../src/embedded/instance.ts";
import { loadKnowledgeQuestions } from "../src/evaluation/knowledge.ts";

interface Fact {
  id: string;
  stakes: "money" | "medicine" | null;
  answers: string[];
}
interface Gap {
  id: string;
  locale: "zh" | "en";
  question: string;
  wordings: Array<{ text: string }>;
  volume: number;
}

const ALTERNATIVES_MAX = 8;
const PAGE_TTL_S = 600;
const folder = join(import.meta.dirname, "..", "data", "logs");

/** What the agents know, by a question that asks for it in so many words. */
async function knownBy(locale: "zh" | "en"): Promise<Map<string, Fact>> {
  const facts = JSON.parse(await readFile(join(folder, `facts.${locale}.json`), "utf8")) as Fact[];
  const byId = new Map(facts.map((fact) => [fact.id, fact]));
  const questions = await loadKnowledgeQuestions(locale);
  return new Map(
    questions.flatMap(({ question, fact }) => {
      const known = fact === null ? undefined : byId.get(fact);
      return known ? [[question, known] as const] : [];
    }),
  );
}

export async function closeGaps(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { close: { type: "string", default: "10" } } });
  const config = loadConfig();
  const { apiUrl } = await readInstance(config.DATA_DIR);
  const tokens = createTokens(await jwtSecret(config));
  const { token } = await tokens.sign({ role: "admin", sub: "played-reviewer", tenant: config.TENANT }, PAGE_TTL_S);
  const call = async <T>(path: string, body?: object): Promise<T> => {
    const response = await fetch(`${apiUrl}/v1/knowledge/gaps${path}`, {
      method: body ? "POST" : "GET",
      headers: { authorization: `Bearer ${token}`, ...(body ? { "content-type": "application/json" } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const known = { zh: await knownBy("zh"), en: await knownBy("en") };
  const { gaps } = await call<{ gaps: Gap[] }>("?status=open");
  for (const { id, locale, question, volume } of gaps.slice(0, Number(values.close))) {
    const { wordings } = await call<Gap>(`/${encodeURIComponent(id)}`);
    const asked = [...new Set([question, ...wordings.map(({ text }) => text)])];
    // What is kept of a story is the sentence that asks.
    const asks = (whole: string): boolean => asked.some((text) => whole.includes(text));
    const [, fact] = [...known[locale]].find(([whole]) => asks(whole)) ?? [];
    const [answer] = fact?.answers ?? [];
    const path = `/${encodeURIComponent(id)}`;
    if (!fact || answer === undefined) await call(`${path}/dismiss`, {});
    else
      await call(`${path}/add`, {
        ...{ question, alternatives: asked.slice(1, ALTERNATIVES_MAX + 1), answer, stakes: fact.stakes },
      });
    console.log(`${volume}x ${question}: ${answer ?? "dismissed, nobody knows"}`);
  }
}
