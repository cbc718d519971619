/** One conversation between a customer and a shop's agent, as it happens: waiting, interrupting, correcting. */
import type { KnowledgeLocale, LogMessage } from "../../knowledge/types.ts";
import type { Fact, LogAgent, Talk } from "./facts.ts";
import { typed } from "./noise.ts";
import { filled, personalData } from "./personal.ts";
import type { Random } from "./random.ts";

export interface Said {
  role: LogMessage["role"];
  text: string;
  /** Seconds since the message before. */
  afterS: number;
}

export interface Setting {
  locale: KnowledgeLocale;
  talk: Talk;
  /** A fact by chance, as often as customers ask for it. */
  draw: (random: Random) => Fact;
  /** The facts whose question leans on this one's. */
  followUps: Map<string, Fact[]>;
  /** ms since the epoch. */
  at: number;
}

const DAY_MS = 86_400_000;
/** Some agents say the old thing a while longer. */
const HABIT_MS = 10 * DAY_MS;
const HABIT = 0.2;

const ORDER_ONLY = 0.16;
const WITH_ORDER_TALK = 0.1;
const SECOND_QUESTION = 0.4;
const THIRD_QUESTION = 0.12;
const TWO_AT_ONCE = 0.12;
const FOLLOW_UP = 0.5;
const CORRECTED = 0.45;
const UNANSWERED = 0.03;
/** Some customers come back hours later, into the same conversation. */
const BACK_LATER = 0.25;
const BACK_AFTER_S = 7_200;
const MULTI_LINE = 0.04;

class Conversation {
  readonly said: Said[] = [];
  readonly #at: Setting;
  readonly #random: Random;
  readonly #agent: LogAgent;
  readonly #personal: Record<string, string>;

  constructor(at: Setting, random: Random) {
    this.#at = at;
    this.#random = random;
    this.#agent = random.pick(at.talk.agents);
    this.#personal = { ...personalData(at.talk, random), agent: this.#agent.name };
  }

  write(): Said[] {
    const random = this.#random;
    this.#open();
    if (random.chance(ORDER_ONLY)) this.#orderTalk();
    else this.#questions();
    if (random.chance(0.5)) this.#customer(random.pick(this.#at.talk.thanks));
    if (random.chance(0.35)) this.#agentSays(random.pick(this.#at.talk.closings));
    if (random.chance(0.3)) this.#say("system", random.pick(this.#at.talk.systemOut), 300);
    return this.said;
  }

  #open(): void {
    const { talk } = this.#at;
    const random = this.#random;
    if (random.chance(0.3)) {
      this.#say("bot", random.pick(talk.bot));
      if (random.chance(0.6)) this.#customer(random.pick(talk.askHuman));
    }
    if (random.chance(0.25)) this.#say("system", random.pick(talk.systemIn));
    if (random.chance(0.35)) {
      this.#customer(random.pick(talk.hello));
      if (random.chance(0.3)) this.#customer(random.pick(talk.nudges), 60);
      if (random.chance(0.75)) this.#agentSays(random.pick(talk.agentHello));
    }
  }

  #questions(): void {
    const random = this.#random;
    const first = this.#at.draw(random);
    if (random.chance(TWO_AT_ONCE)) this.#twoAtOnce(first);
    else this.#exchange(first, random.pick(first.questions));
    const [follower] = this.#at.followUps.get(first.id) ?? [];
    if (follower?.followUp && random.chance(FOLLOW_UP)) {
      this.#exchange(follower, random.pick(follower.followUp.questions), false);
    }
    for (const probability of [SECOND_QUESTION, THIRD_QUESTION]) if (random.chance(probability)) this.#another();
    if (random.chance(WITH_ORDER_TALK)) this.#orderTalk();
  }

  #another(): void {
    const random = this.#random;
    if (random.chance(0.5)) this.#customer(random.pick(this.#at.talk.thanks));
    if (random.chance(BACK_LATER)) this.#customer(random.pick(this.#at.talk.hello), BACK_AFTER_S);
    const fact = this.#at.draw(random);
    this.#exchange(fact, random.pick(this.#at.talk.seconds) + random.pick(fact.questions), false);
  }

  /** Both are asked before either is answered, and answered in one message or two. */
  #twoAtOnce(first: Fact): void {
    const random = this.#random;
    const second = this.#at.draw(random);
    this.#customer(this.#question(random.pick(first.questions)));
    this.#customer(random.pick(this.#at.talk.seconds) + this.#question(random.pick(second.questions)));
    if (random.chance(0.4)) this.#agentSays(random.pick(this.#at.talk.waits));
    const asked = first.id === second.id ? [first] : [first, second];
    if (random.chance(0.3))
      this.#agentSays(asked.map((fact, index) => `${index + 1}. ${this.#wordingOf(fact).text}`).join("\n"));
    else for (const fact of asked) this.#answer(fact);
  }

  #exchange(fact: Fact, wording: string, lead = true): void {
    const { talk } = this.#at;
    const random = this.#random;
    this.#ask(lead ? this.#question(wording) : wording + random.pick(talk.tails));
    if (random.chance(0.12)) this.#customer(random.pick(talk.nudges), 90);
    if (random.chance(0.08)) this.#chat();
    if (random.chance(0.2)) {
      this.#agentSays(random.pick(talk.waits));
      if (random.chance(0.25)) this.#customer(random.pick(talk.nudges), 120);
    }
    if (random.chance(0.05)) {
      this.#agentSays(random.pick(talk.askOrder));
      this.#customer(filled("{order}", this.#personal));
    }
    if (random.chance(UNANSWERED)) this.#agentSays(random.pick(talk.unanswered));
    else this.#answer(fact);
  }

  /** In one message, or in a burst with a story around it. */
  #ask(question: string): void {
    const random = this.#random;
    const { bursts } = this.#at.talk;
    if (random.chance(0.12)) this.#customer(random.pick(bursts));
    const comma = question.search(/[，,] ?/);
    if (comma > 3 && random.chance(0.4)) {
      this.#customer(question.slice(0, comma));
      this.#customer(question.slice(comma + 1).trim() || random.pick(this.#at.talk.nudges));
    } else this.#customer(question);
    if (random.chance(0.06)) this.#customer(random.pick(bursts));
  }

  #question(wording: string): string {
    return this.#random.pick(this.#at.talk.leads) + wording + this.#random.pick(this.#at.talk.tails);
  }

  #answer(fact: Fact): void {
    const { talk } = this.#at;
    const random = this.#random;
    const { text, right } = this.#wordingOf(fact);
    this.#agentAnswers(text);
    if (right) {
      if (random.chance(0.05)) {
        this.#customer(random.pick(talk.doubts));
        this.#agentSays(random.pick(talk.confirms));
      }
      return;
    }
    if (!random.chance(CORRECTED)) return;
    if (random.chance(0.5)) this.#customer(random.pick(talk.doubts));
    this.#agentSays(random.pick(talk.corrections) + fact.answers[0]);
  }

  /** What this agent says on this day. */
  #wordingOf(fact: Fact): { text: string; right: boolean } {
    const random = this.#random;
    const until = fact.was ? Date.parse(fact.was.until) : 0;
    const stale = this.#at.at < until || (this.#at.at < until + HABIT_MS && random.chance(HABIT));
    if (fact.was && stale) return { text: fact.was.text, right: this.#at.at < until };
    if (fact.mistakes.length > 0 && random.chance(this.#agent.mistakes))
      return { text: random.pick(fact.mistakes), right: false };
    const [best = "", ...others] = fact.answers;
    return { text: others.length === 0 || random.chance(this.#agent.best) ? best : random.pick(others), right: true };
  }

  #agentAnswers(text: string): void {
    const random = this.#random;
    const before = random.pick(this.#agent.before);
    const after = random.pick(this.#agent.after);
    const whole = /^[，,.。]/.test(after) ? text.replace(/[。.]$/, "") : text;
    const stop = whole.search(/[；。;] ?|\. /);
    const [head, rest] = [before + whole.slice(0, stop), whole.slice(stop + 1).trim() + after];
    if (stop > 5 && rest.length > 5 && random.chance(this.#agent.splits)) {
      this.#agentSays(head);
      if (random.chance(0.08)) this.#customer(random.pick(this.#at.talk.thanks), 5);
      this.#agentSays(rest);
    } else if (stop > 5 && random.chance(MULTI_LINE)) this.#agentSays(`${head}\n${rest}`);
    else this.#agentSays(before + whole + after);
  }

  #chat(): void {
    const [said, answer] = this.#random.pick(this.#at.talk.smallTalk);
    this.#customer(said);
    if (this.#random.chance(0.8)) this.#agentSays(answer);
  }

  #orderTalk(): void {
    for (const line of this.#random.pick(this.#at.talk.orders)) {
      const text = filled(line.slice(3), this.#personal);
      this.#say(line.startsWith("C") ? "customer" : "agent", text);
    }
  }

  #customer(text: string, afterS?: number): void {
    this.#say("customer", typed(text, this.#at.locale, this.#at.talk, this.#random), afterS);
  }

  #agentSays(text: string): void {
    this.#say("agent", text);
  }

  #say(role: Said["role"], text: string, typicalS = 25): void {
    if (text.trim() === "") return;
    const afterS = Math.round(typicalS * (0.3 + 1.4 * this.#random.next()));
    this.said.push({ role, text: filled(text, this.#personal), afterS });
  }
}

export const converse = (at: Setting, random: Random): Said[] => new Conversation(at, random).write();
