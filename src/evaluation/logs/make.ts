/** Three months of made-up human agents' logs (P4), from facts and talk, the same for the same seed. */
import type { KnowledgeLocale, LogMessage } from "../../knowledge/types.ts";
import type { Setting } from "./conversation.ts";
import { converse } from "./conversation.ts";
import type { Fact } from "./facts.ts";
import { loadFacts, loadTalk } from "./facts.ts";
import type { Random } from "./random.ts";
import { createRandom, seedOf } from "./random.ts";

export interface MakeLogsOptions {
  /** A whole number; another one gives another log. */
  seed: number;
  /** How many messages, exactly. */
  messages: number;
  locale: KnowledgeLocale;
}

export interface LogRow {
  conversation_id: string;
  message_id: string;
  /** ISO 8601, UTC. */
  sent_at: string;
  sender: LogMessage["role"];
  text: string;
}

/** The three months end where the demo shop's dates begin. */
const FIRST_DAY = Date.parse("2026-08-24T00:00:00Z");
const DAYS = 90;
const DAY_MS = 86_400_000;
/** Agents work from 9:00 to 21:00 in Shanghai. */
const OPENS_MS = 3_600_000;
const OPEN_MS = 12 * 3_600_000;
/** Conversations in the other language. */
const FOREIGN = 0.02;
/** A few facts are asked all the time; a part is dealt evenly, so that the rarest are asked at all. */
const BY_RANK = 0.65;
const LOCALE_SEEDS: Record<KnowledgeLocale, number> = { zh: 1, en: 2 };

/** One conversation's rows, oldest first; conversations by the time they begin. Holds one in memory. */
export async function* makeConversations({ seed, messages, locale }: MakeLogsOptions): AsyncGenerator<LogRow[]> {
  const home = await settingOf(locale, seed);
  const abroad = await settingOf(locale === "zh" ? "en" : "zh", seed);
  for (let made = 0, index = 0; made < messages; index++) {
    const random = createRandom(seedOf(seed, LOCALE_SEEDS[locale], index));
    const beginsAt = timeAt(made / messages, random);
    const setting = random.chance(FOREIGN) ? abroad : home;
    const id = `${locale}-${String(index + 1).padStart(6, "0")}`;
    let at = beginsAt;
    const said = converse({ ...setting, at }, random).slice(0, messages - made);
    yield said.map(({ role, text, afterS }, place): LogRow => {
      at += afterS * 1_000;
      return {
        conversation_id: id,
        message_id: `${id}-${String(place + 1).padStart(2, "0")}`,
        sent_at: new Date(at).toISOString(),
        sender: role,
        text,
      };
    });
    made += said.length;
  }
}

/** All rows by time, so conversations that happen at once are interleaved, as in a real export. Holds the open ones in memory. */
export async function* makeLogs(options: MakeLogsOptions): AsyncGenerator<LogRow> {
  let waiting: LogRow[] = [];
  for await (const rows of makeConversations(options)) {
    const [first] = rows;
    if (!first) continue;
    // Later conversations begin at most a jitter before this one.
    const begun = new Date(Date.parse(first.sent_at) - JITTER_MS - FIRST_MESSAGE_MAX_MS).toISOString();
    waiting.push(...rows);
    if (waiting.length < BATCH) continue;
    waiting.sort(byTime);
    const open = waiting.findIndex((row) => row.sent_at >= begun);
    yield* waiting.slice(0, open);
    waiting = waiting.slice(open);
  }
  yield* waiting.sort(byTime);
}

/** Conversations begin this much apart from an even pace, at most. */
const JITTER_MS = 600_000;
/** A conversation's first message may come this long after it begins. */
const FIRST_MESSAGE_MAX_MS = 60_000;
const BATCH = 1_000;

const byTime = (a: LogRow, b: LogRow): number =>
  a.sent_at === b.sent_at ? (a.message_id < b.message_id ? -1 : 1) : a.sent_at < b.sent_at ? -1 : 1;

/** Opening hours only. */
function timeAt(share: number, random: Random): number {
  const days = share * DAYS;
  const day = Math.floor(days);
  return FIRST_DAY + day * DAY_MS + OPENS_MS + (days - day) * OPEN_MS + random.next() * JITTER_MS;
}

async function settingOf(locale: KnowledgeLocale, seed: number): Promise<Omit<Setting, "at">> {
  const [facts, talk] = await Promise.all([loadFacts(locale), loadTalk(locale)]);
  const followUps = new Map<string, Fact[]>();
  for (const fact of facts)
    if (fact.followUp) followUps.set(fact.followUp.after, [...(followUps.get(fact.followUp.after) ?? []), fact]);
  return {
    ...{ locale, talk, followUps },
    draw: zipf(facts, createRandom(seedOf(seed, LOCALE_SEEDS[locale]))),
  };
}

/** Which fact is how popular is chance too, and then stays. */
function zipf(facts: Fact[], random: Random): (random: Random) => Fact {
  const shuffled = facts
    .map((fact) => ({ fact, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ fact }) => fact);
  const whole = shuffled.reduce((sum, _, rank) => sum + 1 / (rank + 1), 0);
  let sum = 0;
  const upTo = shuffled.map((_, rank) => (sum += 1 / (rank + 1) / whole));
  return (draw) => {
    if (!draw.chance(BY_RANK)) return draw.pick(shuffled);
    const at = draw.next();
    const found = shuffled[upTo.findIndex((limit) => at < limit)];
    return found ?? draw.pick(shuffled);
  };
}
