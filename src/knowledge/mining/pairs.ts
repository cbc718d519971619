import { HUMAN } from "../../understanding/cues.ts";
import { tellingWords } from "../telling-words.ts";
import type { KnowledgeLocale, LogConversationDoc, LogMessage } from "../types.ts";
import { assign, sentencesApart } from "./assign.ts";
import { corrected } from "./corrections.ts";
import { conflicts, factsOf } from "./facts.ts";
import { ASKS, CHALLENGE, CORRECTION, HEDGED, LEANS, PARTICULAR_QUESTION, REQUESTS, SMALL_TALK } from "./phrases.ts";
import type { Turn } from "./turns.ts";
import { bareQuestion, isAck, readAnswer, sentencesOf, turnsOf } from "./turns.ts";

/** A question of a customer and what an agent answered, out of one conversation. */
export interface LogPair {
  conversation: string;
  locale: KnowledgeLocale;
  question: string;
  answer: string;
  /** ms since the epoch; null where the log has no times. */
  at: number | null;
  /** The agent wasn't sure. */
  hedged: boolean;
}

/** Why questions became no pair, counted: the report shows that nothing was lost unseen. */
export type Dropped = "small talk" | "one order" | "leans on another" | "unanswered" | "taken back";
export type Drops = Record<Dropped, number>;
export const noDrops = (): Drops => ({
  "small talk": 0,
  "one order": 0,
  "leans on another": 0,
  unanswered: 0,
  "taken back": 0,
});

const MAX_QUESTION_CHARACTERS = 160;
/** Longer ones ask something else besides. */
const HUMAN_CHARACTERS = 24;
const MAX_ANSWER_CHARACTERS = 1_000;
/** A question that nobody has answered after so many of the agent's turns is none of this conversation any more. */
const MAX_WAITING_TURNS = 4;
/** What comes this soon behind an answer, with nothing asked between, belongs to it. */
const CONTINUES_MS = 3 * 60_000;

interface Open {
  question: string;
  waited: number;
  /** Why it becomes no pair; it is kept open so that its answer isn't taken for another question's. */
  refused: Dropped | null;
}

/** Reads one conversation from its first turn to its last. */
class Reader {
  readonly pairs: LogPair[] = [];
  #open: Open[] = [];
  /** The newest pair: an agent may take it back. */
  #last: LogPair | null = null;
  /** An agent may still add to it: nothing was asked since. */
  #continues = false;
  /** The agent's last turn asked for something: what comes isn't a new matter. */
  #askedBack = false;
  /** The customer doubts it. */
  #doubted = false;
  readonly #conversation: LogConversationDoc;
  readonly #drops: Drops;

  constructor(conversation: LogConversationDoc, drops: Drops) {
    this.#conversation = conversation;
    this.#drops = drops;
  }

  #drop(why: Dropped, count = 1): void {
    this.#drops[why] += count;
  }

  customer({ messages }: Turn): void {
    const said = messages.filter(({ text }) => !isAck(text));
    if (said.length === 0) return;
    const asked = questionsIn(said);
    if (asked.length === 0) {
      const text = said.map((message) => message.text).join(" ");
      if (this.#open.length > 0 || this.#askedBack) {
        this.#detail(text);
        return;
      }
      // "Student discount": a matter without a question; what the agent says to it shows whether it was one.
      asked.push(bareQuestion(text));
    }
    const [only] = asked;
    if (asked.length === 1 && only !== undefined && CHALLENGE.test(only)) {
      this.#doubted = this.#last !== null;
      return;
    }
    this.#doubted = false;
    this.#continues = false;
    for (const question of asked) {
      const refused = refusal(question);
      if (refused === "small talk") this.#drop(refused);
      else this.#open.push({ question, waited: 0, refused });
    }
  }

  /** What the customer adds to an open question; with an order's number it is about that order. */
  #detail(text: string): void {
    const [open] = this.#open;
    if (open === undefined || this.#open.length > 1 || open.refused !== null) return;
    const detail = bareQuestion(text);
    if (PARTICULAR_QUESTION.test(detail)) {
      this.#drop("one order");
      this.#open = [];
    } else if (open.question.length + detail.length < MAX_QUESTION_CHARACTERS / 2 && open.waited > 0)
      open.question = joined([open.question, detail]);
  }

  #giveUp(open: Open[]): void {
    for (const { refused } of open) this.#drop(refused ?? "unanswered");
  }

  agent({ messages }: Turn): void {
    const answers: LogMessage[] = [];
    let particular = false;
    let tookBack = false;
    this.#askedBack = false;
    for (const message of messages) {
      const had = answers.length;
      if (CORRECTION.test(message.text) && this.#takeBack(message, answers)) {
        tookBack ||= answers.length < had;
        continue;
      }
      const said = readAnswer(message.text);
      if (said.kind === "particular") particular = true;
      if (said.kind === "asks") this.#askedBack = true;
      if (said.kind === "answer") answers.push({ ...message, text: said.text });
    }
    if (particular) {
      for (const { refused } of this.#open) this.#drop(refused ?? "one order");
      this.#open = [];
      this.#continues = false;
      return;
    }
    if (answers.length > 0) this.#answered(answers);
    // What was taken back is counted already.
    else if (tookBack) this.#open = [];
    else if (this.#open.length > 0) this.#wait();
  }

  /** An agent's turn without an answer: "one moment". */
  #wait(): void {
    for (const open of this.#open) open.waited++;
    this.#giveUp(this.#open.filter(({ waited }) => waited > MAX_WAITING_TURNS));
    this.#open = this.#open.filter(({ waited }) => waited <= MAX_WAITING_TURNS);
  }

  /** A correction replaces what was said in this turn or before; whether it was about anything here. */
  #takeBack(message: LogMessage, answers: LogMessage[]): boolean {
    const inTurn = answers.pop();
    if (inTurn) {
      const after = corrected(inTurn.text, message.text);
      if (after === null) this.#drop("taken back");
      else answers.push({ ...inTurn, text: after });
      return true;
    }
    // "Sorry, it is 15 yuan" answers what is open; "I was wrong before" doesn't.
    if (this.#last === null || (this.#open.length > 0 && !TAKES_BACK.test(message.text))) return false;
    this.#replace(this.#last, message);
    return true;
  }

  #replace(pair: LogPair, message: LogMessage): void {
    const after = corrected(pair.answer, message.text);
    if (after === null) {
      this.pairs.splice(this.pairs.indexOf(pair), 1);
      this.#last = null;
      this.#drop("taken back");
    } else {
      pair.answer = after;
      pair.at = message.at;
    }
  }

  #answered(answers: LogMessage[]): void {
    if (this.#open.length === 0) {
      this.#continue(answers);
      return;
    }
    const parts = this.#open.length === 1 ? [answers] : assign(this.#open, answers.flatMap(sentencesApart));
    this.#open.forEach(({ question, refused }, index) => {
      const own = parts[index] ?? [];
      if (refused !== null || own.length === 0) this.#drop(refused ?? "unanswered");
      else this.#add(question, own);
    });
    this.#open = [];
    this.#doubted = false;
  }

  #add(question: string, own: LogMessage[]): void {
    const answer = joined(own.map(({ text }) => text)).slice(0, MAX_ANSWER_CHARACTERS);
    const pair: LogPair = {
      conversation: this.#conversation.conversation,
      locale: /\p{Script=Han}/u.test(question) ? "zh" : "en",
      ...{ question, answer, at: own.at(-1)?.at ?? null, hedged: HEDGED.test(answer) },
    };
    this.pairs.push(pair);
    this.#last = pair;
    this.#continues = true;
  }

  /** More of the same answer, a little later. */
  #continue(answers: LogMessage[]): void {
    const last = this.#last;
    const [first] = answers;
    if (last === null || first === undefined || !this.#continues) return;
    if (this.#doubted) {
      const doubtful = conflicts(factsOf(last.answer), factsOf(first.text)).length > 0;
      this.#doubted = false;
      if (doubtful) this.#replace(last, first);
      return;
    }
    if (last.at !== null && first.at !== null && first.at - last.at > CONTINUES_MS) return;
    last.answer = joined([last.answer, ...answers.map(({ text }) => text)]).slice(0, MAX_ANSWER_CHARACTERS);
    last.hedged ||= HEDGED.test(last.answer);
  }

  end(): void {
    this.#giveUp(this.#open);
  }
}

/** Nothing else can be meant, even while another question is open. */
const TAKES_BACK =
  /更正|纠正|[说看搞弄记讲写打]错|刚才.{0,8}(?:不对|有误)|\b(?:correction|wrong|mistake|mistaken|misspoke|misread|scratch that)\b/iu;

/** Sentences run on; in Chinese without a space, and with a full stop where none is. */
function joined(parts: string[]): string {
  return parts.reduce((whole, part) => {
    if (whole === "") return part;
    const chinese = /\p{Script=Han}/u.test(whole.slice(-2) + part.slice(0, 2));
    if (/[。！？!?；;，,.]$/u.test(whole)) return chinese ? whole + part : `${whole} ${part}`;
    return chinese ? `${whole}，${part}` : `${whole}. ${part}`;
  }, "");
}

/** The questions of a burst: messages that lead to one or add to it are joined with it, each further one stands for itself. */
function questionsIn(messages: LogMessage[]): string[] {
  const parts = messages
    .flatMap(({ text }) => sentencesOf(text))
    .map(bareQuestion)
    .filter((part) => part !== "" && !isAck(part));
  const questions: string[] = [];
  let lead: string[] = [];
  for (const part of parts) {
    if (!ASKS.test(part)) {
      lead.push(part);
      continue;
    }
    questions.push(joined([...lead, part]).slice(0, MAX_QUESTION_CHARACTERS + 1));
    lead = [];
  }
  const last = questions.at(-1);
  // "How long is it?" "The lamp, I mean."
  if (last !== undefined && lead.length > 0) questions[questions.length - 1] = joined([last, ...lead]);
  return questions;
}

/** Why a question can't become knowledge; null when it can. */
function refusal(question: string): Dropped | null {
  const bare = question.replace(/[?？!！\s]+$/u, "");
  if (SMALL_TALK.test(bare) || !/\p{L}{2}/u.test(bare)) return "small talk";
  if (HUMAN.test(bare) && bare.length < HUMAN_CHARACTERS) return "small talk";
  if (!ASKS.test(question) && REQUESTS.test(question)) return "one order";
  if (PARTICULAR_QUESTION.test(question) || question.length > MAX_QUESTION_CHARACTERS) return "one order";
  const told = tellingWords(question).split(" ").filter(Boolean).length;
  const needed = /\p{Script=Han}/u.test(question) ? 2 : 1;
  if (told < needed) return "small talk";
  return LEANS.test(question) && told < needed + 3 ? "leans on another" : null;
}

/** The pairs of one conversation; what is dropped is counted. */
export function pairsOf(conversation: LogConversationDoc, drops: Drops): LogPair[] {
  const reader = new Reader(conversation, drops);
  for (const turn of turnsOf(conversation)) reader[turn.role](turn);
  reader.end();
  return reader.pairs;
}
