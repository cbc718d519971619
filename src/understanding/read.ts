import type { RequestKind } from "../commerce/types.ts";
import { isRequestKind } from "../commerce/types.ts";
import type { Intent } from "../models/types.ts";
import {
  ABANDON,
  ALL,
  ASKS,
  DECLINE,
  EXCEPT,
  HEDGE,
  HUMAN,
  INJECTION,
  KEEP,
  NO,
  NOT_HUMAN,
  NOT_NO,
  SURE_UNWANTED,
  UNWANTED,
  YES,
} from "./cues.ts";
import type { Classifier } from "./examples.ts";
import { guess } from "./guess.ts";
import { countIn, ordinalIn } from "./quantity.ts";
import type { ReadAct, Reading } from "./reading.ts";
import { act, relationOf } from "./reading.ts";
import { DEFECT } from "./residue.ts";
import type { Role, Situation } from "./roles.ts";
import { kindOf, OWN, roleOf } from "./roles.ts";
import { splitVerbs } from "./split-verbs.ts";
import type { Clause } from "./text.ts";
import { clauses, isOnlyPersonal, normalize } from "./text.ts";

/** Reads a burst of messages: patterns settle what they can, examples the rest (D2). */
export async function read(texts: string[], situation: Situation, classifier: Classifier): Promise<Reading> {
  const text = normalize(texts.join("\n"));
  const all = clauses(text);
  const reading: Reading = {
    acts: [],
    loose: "",
    answer: null,
    hedged: false,
    abandon: false,
    declined: false,
    relation: relationOf(text),
    except: "",
    injection: INJECTION.test(text),
    explains: false,
    confidence: 1,
  };
  if (HUMAN.test(text) && !NOT_HUMAN.test(text)) return { ...reading, acts: [act("human", text)] };
  if (reading.injection) return { ...reading, acts: [act("out_of_scope", text)] };
  if (isOnlyPersonal(text)) return { ...reading, acts: [{ ...act("out_of_scope", text), personal: true }] };
  answerOf(reading, text, situation);
  const parts = all.flatMap((part) => splitException(reading, part)).flatMap(splitVerbs);
  const policies = await Promise.all(parts.map((part) => asksAbout(part, text, situation, classifier)));
  const roles = parts.map((part, index) => roleOf(part, situation, text, policies[index]));
  const abandoned = roles.some(
    (role) => "role" in role && (role.role === "abandon" || (role.role === "keep" && role.drops)),
  );
  assemble(reading, parts, roles, situation);
  affirm(reading, text, situation);
  const requests = reading.acts.some((entry) => isRequestKind(entry.intent));
  reading.abandon = abandoned && !requests && !(situation.state === "CONFIRM" && reading.answer === "yes");
  if (situation.asked.includes("reason") && !requests && DECLINE.test(text)) reading.declined = true;
  const settled = reading.acts.length > 0 || reading.abandon || reading.declined || reading.answer !== null;
  if (!settled && !fillsSlot(text, reading, situation)) await guess(reading, text, parts, situation, classifier);
  return reading;
}

/** The words are plainly a value for what was asked, or correct what was proposed: nothing needs guessing. */
function fillsSlot(text: string, reading: Reading, situation: Situation): boolean {
  if (ABANDON.test(text)) return false;
  // Asked why, whatever is no question, no refusal and no other request is why; the examples have nothing to add.
  if (
    situation.state === "COLLECT" &&
    situation.asked.length === 1 &&
    situation.asked[0] === "reason" &&
    !ASKS.test(text)
  )
    return true;
  if (situation.lacksReason && DEFECT.test(text) && !ASKS.test(text) && !situation.namesItem(text)) {
    reading.explains = true;
    return true;
  }
  if (situation.asked.includes("variant") && situation.namesVariant(text)) return true;
  if (situation.asked.includes("items") && (situation.namesItem(text) || ALL.test(text))) return true;
  if (situation.state !== "CONFIRM") return false;
  const another = situation.openKinds.includes("exchange") && situation.namesVariant(text) && !ASKS.test(text);
  return another || (reading.relation === "correct" && situation.namesItem(text));
}

/** A yes must be one in so many words; anything that could be a condition makes it hedged. */
function answerOf(reading: Reading, text: string, situation: Situation): void {
  if (situation.state !== "CONFIRM" && situation.state !== "COLLECT" && !/^.{0,12}$/.test(text)) return;
  const plain = text.replace(NOT_NO, " ");
  const yes = YES.test(text);
  const no = NO.test(plain);
  if (yes && !no) reading.answer = "yes";
  else if (no) reading.answer = "no";
  reading.hedged = HEDGE.test(text);
}

/** Gives every clause to an act: bare clauses lean on the act before them, or on the next in the same sentence. */
function assemble(reading: Reading, parts: Clause[], roles: Role[], situation: Situation): void {
  const pending: Clause[] = [];
  const bare: string[] = [];
  let last: ReadAct | null = null;
  let lastSentence = -1;
  parts.forEach((part, index) => {
    const role = roles[index];
    if (!role) return;
    if ("role" in role) {
      if (role.role === "keep") reading.except += ` ${part.text}`;
      else if (role.role === "abandon") return;
      else if (last && (part.sentence === lastSentence || !laterAct(roles, parts, index, part.sentence)))
        join(last, part.text, situation, "after");
      else pending.push(part);
      return;
    }
    const intent = "kind" in role ? role.kind : role.intent;
    const unwanted =
      last !== null && isRequestKind(last.intent) && UNWANTED.test(part.text) && !situation.namesItem(part.text);
    // "I no longer need the salts, cancel": what is done with them is said last.
    if (last?.intent === "return" && isRequestKind(intent) && UNWANTED.test(last.text) && leansBack(part.text))
      last.intent = intent;
    if (last && ((last.intent === intent && isRequestKind(intent) && leansBack(part.text)) || unwanted)) {
      last.cue += ` ${part.text}`;
      last.text += `，${part.text}`;
    } else {
      last = act(intent, part.text);
      for (const before of pending.splice(0).reverse()) join(last, before.text, situation, "before");
      reading.acts.push(last);
    }
    lastSentence = part.sentence;
  });
  bare.push(...pending.map((part) => part.text));
  reading.loose = bare.join("，");
  for (const entry of reading.acts) if (isRequestKind(entry.intent)) entry.except = reading.except;
}

const laterAct = (roles: Role[], parts: Clause[], from: number, sentence: number): boolean =>
  roles.some((role, index) => index > from && !("role" in role) && parts[index]?.sentence === sentence);

/** A second verb without a thing of its own goes with the first: "退掉它". */
const leansBack = (text: string): boolean =>
  text.replace(/[的了吧呢啊呀嘛把帮我给请]/g, "").length <= 4 ||
  /^(?:please |just |can you |so |then )*(?:return|refund|cancel|exchange|send|take)(?: (?:it|them|that|me)\b|(?: please)?$)/.test(
    text,
  );

/** Keeps what was said in its order: what is wanted first and what only otherwise depends on it. */
function join(target: ReadAct, text: string, { namesItem, says }: Situation, where: "before" | "after"): void {
  const joined = (one: string): string => (where === "before" ? `${text}，${one}` : `${one}，${text}`);
  target.text = joined(target.text);
  if (target.relation === "plain" && namesItem(text)) target.relation = relationOf(text);
  if (namesItem(text) && !says(text)) target.cue = joined(target.cue);
  else target.because = where === "before" ? [text, ...target.because] : [...target.because, text];
}

/** "Can I exchange it for a dearer one?" has a request's verb and may ask how exchanging works: the examples tell. */
async function asksAbout(
  { text, asks }: Clause,
  whole: string,
  { namesItem }: Situation,
  classifier: Classifier,
): Promise<boolean> {
  const kind = kindOf(text);
  const doubtful = kind !== null && (asks || ASKS.test(text) || text.includes("问"));
  if (!doubtful || namesItem(whole) || OWN.test(whole)) return false;
  const found = await classifier.classify(text, [kind, "question"]);
  return found.label === "question" && found.margin >= QUESTION_MARGIN;
}
const QUESTION_MARGIN = 0.1;

/** "Everything apart from the scarf": the exception goes where the exceptions are. */
function splitException(reading: Reading, part: Clause): Clause[] {
  const found = EXCEPT.exec(part.text);
  const exception = found?.[1] ?? found?.[2] ?? found?.[3];
  if (!found || exception === undefined) return [part];
  reading.except += ` ${exception}`;
  const text = part.text.replace(found[0], " ").trim();
  return text === "" ? [] : [{ ...part, text }];
}

/** Asked "shall I?", a customer who repeats the verb and adds nothing has said yes: "退！马上", "cancel it then". */
function affirm(reading: Reading, text: string, situation: Situation): void {
  if (situation.state !== "CONFIRM" || reading.relation !== "plain" || reading.except !== "") return;
  const kinds = reading.acts.map((entry) => entry.intent);
  // What hasn't shipped is cancelled, also when the customer keeps calling it a return.
  const same = (kind: Intent, open: RequestKind): boolean => kind === open || (kind === "return" && open === "cancel");
  const repeats = kinds.length > 0 && kinds.every((kind) => situation.openKinds.every((open) => same(kind, open)));
  if (
    repeats &&
    reading.answer !== "no" &&
    !FRESH_WISH.test(text) &&
    text.length <= AFFIRM_MAX_CHARACTERS &&
    !ASKS.test(text) &&
    !HEDGE.test(text) &&
    !KEEP.test(text) &&
    !ABANDON.test(text) &&
    ordinalIn(text, ORDINALS_MAX) === null &&
    [null, ...situation.openPieces].includes(countIn(text)) &&
    !situation.namesItem(text)
  ) {
    reading.acts = [];
    reading.answer = "yes";
  }
  if (SURE_UNWANTED.test(text) && situation.openKinds.every((kind) => kind !== "exchange")) {
    reading.acts = [];
    reading.answer = "yes";
  }
}
/** "I want to return something" may be about another thing: it is put again, not executed. */
const FRESH_WISH = /^(?:我|请问|那我)?(?:想|要)(?!得)|\b(?:i want|i'd like|i would like|i need|can i|could i|may i)\b/;
const AFFIRM_MAX_CHARACTERS = 30;
const ORDINALS_MAX = 5;
