/** What is remembered in the benchmark: the evaluation dialogues, played by the real bot, as session records. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { WindowEntry } from "../src/dialogue/hot-window.ts";
import { remember } from "../src/dialogue/hot-window.ts";
import type { Locale } from "../src/dialogue/types.ts";
import type { Brain } from "../src/evaluation/brain.ts";
import { loadMind } from "../src/evaluation/brain.ts";
import type { Verdict } from "../src/evaluation/driver.ts";
import { play } from "../src/evaluation/driver.ts";
import type { ShopFile } from "../src/evaluation/memory-shop.ts";
import type { TestDialogue } from "../src/evaluation/verdict.ts";
import type { Said, SessionRecord } from "../src/memory/record.ts";
import type { Embedding } from "../src/memory/remembered.ts";
import { vectorsOf } from "../src/memory/remembered.ts";

const root = join(import.meta.dirname, "..");
const dialogues = join(root, "tests", "dialogues");
const DAY_MS = 86_400_000;
const TURN_MS = 60_000;
/** The shops' files are about these days. */
const NOW = new Date("2026-11-22T10:00:00Z");
const SETS = ["", "second", "third", "fourth"];

export interface Played {
  /** Of the dialogue; also the session's. */
  id: string;
  record: SessionRecord;
}

export async function loadBrain(
  embedderFiles: { enginePath: string; modelPath: string },
  cacheDir: string,
): Promise<{ brain: Brain; embedding: Embedding }> {
  const mind = await loadMind({ embedderFiles, cacheDir });
  return { embedding: { embedder: mind.embedder, mean: mind.classifier.mean }, brain: mind.withRouter(null) };
}

/** Every dialogue of every set, one session each, a day apart. */
export async function playAll(brain: Brain, embedding: Embedding): Promise<Played[]> {
  const played: Played[] = [];
  for (const set of SETS) {
    for (const locale of ["zh", "en"] as const) {
      const shop = JSON.parse(await readFile(join(dialogues, set, `shop-${locale}.json`), "utf8")) as ShopFile;
      const lines = (await readFile(join(dialogues, set, `${locale}.jsonl`), "utf8")).trim().split("\n");
      for (const [day, line] of lines.entries()) {
        const dialogue = JSON.parse(line) as TestDialogue;
        const verdict = await play(dialogue, shop, brain, NOW);
        played.push({ id: dialogue.id, record: await toRecord(dialogue, verdict, locale, day, embedding) });
      }
    }
  }
  return played;
}

async function toRecord(
  { id, customer, expect }: TestDialogue,
  { turns }: Verdict,
  locale: Locale,
  day: number,
  embedding: Embedding,
): Promise<SessionRecord> {
  const startedAt = NOW.getTime() - (100 - day) * DAY_MS;
  const said = turns.flatMap(({ customer: words, reply }, i): Said[] => [
    { turn: i + 1, role: "customer", text: words, at: startedAt + i * TURN_MS },
    { turn: i + 1, role: "assistant", text: reply, at: startedAt + i * TURN_MS + 1_000 },
  ]);
  const [request] = expect.requests;
  return {
    tenant: "bench",
    sessionId: id,
    customerId: customer,
    locale,
    channel: "web",
    startedAt,
    lastAt: said.at(-1)?.at ?? startedAt,
    turn: turns.length,
    state: "INIT",
    intent: request?.kind ?? null,
    outcome: request ? "done" : "talked",
    summary: request ? `${turns.length}: ${turns.at(-1)?.reply.replaceAll("**", "").replace(/\s+/g, " ")}` : "",
    slots: { items: [], order_id: request?.order ?? null, reason: null, wanted: [] },
    focus: request ? [{ orderId: request.order, line: 0 }] : [],
    window: hotWindow(said),
    said,
    vectors: await vectorsOf(embedding, said),
  };
}

const SHOWN_MAX_CHARACTERS = 120;

/** The window as the workflow would hold it after these turns. */
export function hotWindow(said: Said[]): WindowEntry[] {
  let window: WindowEntry[] = [];
  for (const { role, text } of said)
    if (role !== "system")
      window = remember(window, [
        { role, text: role === "assistant" ? text.replaceAll("**", "").slice(0, SHOWN_MAX_CHARACTERS) : text },
      ]);
  return window;
}
