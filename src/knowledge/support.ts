import { isHan, stem } from "../understanding/text.ts";
import type { Claim } from "./claims.ts";
import { claimsOf, sameClaim, withoutClaims } from "./claims.ts";
import type { KnowledgeEntry } from "./types.ts";

/** Whether what a tier wrote is said by the passages; `why` names what isn't, for the log. */
export interface Support {
  supported: boolean;
  why: string;
}

/** Least share of the text's content that the passages say; calibrated, as all of these, on data/evaluation/knowledge-support.jsonl. */
const CONTENT_SHARE = 0.25;
/** What is at least so near as the nearest part of the passages speaks of the same thing. */
const AS_NEAR = 0.75;
/** Parts less alike than this speak of different things: their negations don't answer each other. */
const SAME_MATTER = 0.25;
/** A negated clause is about what a clause states when so much of it stands there. */
const DENIED_SHARE = 0.6;
/** A clause with fewer words of its own is about what stood before it: "不满收 15 元". */
const OWN_TOKENS = { zh: 4, en: 3 };
/** An entry is cited when at least this share of the text's content is its own. */
const CITED_SHARE = 0.3;

export const passageOf = ({ question, answer }: Pick<KnowledgeEntry, "question" | "answer">): string =>
  `${question}\n${answer}`;

/**
 * P4: a text is supported when every number in it (amount, date, duration, time) is in the passages and said of the same thing, when
 * what it negates is negated there and what it doesn't isn't, when who pays is who pays there, and when enough of its content is
 * theirs. An admission that the passages don't answer needs no support. Overlap, not entailment: docs/knowledge.md has what it lets pass.
 */
export function supports(text: string, passages: string[]): Support {
  const said = clausesOf(text);
  if (said.every(({ claims }) => claims.length === 0) && ADMITS_NOTHING.test(text)) return { supported: true, why: "" };
  // What an entry asks, it doesn't state.
  const statements = passages.flatMap((passage) => passage.split(SENTENCES)).filter((part) => !/[?？]\s*$/.test(part));
  const known = statements.flatMap(clausesOf);
  const sentences = statements.map((sentence) => clauseOf(sentence, new Set()));
  for (const clause of said) {
    const why = inventedClaim(clause, known) ?? opposite(clause, [...known, ...sentences]) ?? otherPayer(clause, known);
    if (why !== null) return refused(`${why}: ${clause.text}`);
  }
  const share = shareOf(text, passages.join("\n"));
  return share >= CONTENT_SHARE
    ? { supported: true, why: "" }
    : refused(`the passages say only ${Math.round(share * 100)} % of it`);
}

/** The entries a text rests on, in their order; the best one at least. */
export function restsOn(text: string, entries: KnowledgeEntry[]): KnowledgeEntry[] {
  if (ADMITS_NOTHING.test(text) && claimsOf(text).length === 0) return [];
  return entries.filter((entry, index) => index === 0 || shareOf(text, passageOf(entry)) >= CITED_SHARE);
}

const refused = (why: string): Support => ({ supported: false, why });

function inventedClaim({ claims, ...clause }: Clause, known: Clause[]): string | null {
  const near = nearest(known, (other) => inContext(clause, other));
  for (const claim of claims) {
    const states = (other: Clause): boolean => other.claims.some((stated) => sameClaim(claim, stated));
    if (!known.some(states)) return `no passage says ${claim.value} ${claim.unit ?? ""}`;
    if (near.length > 0 && !near.some(states)) return `${claim.value} ${claim.unit ?? ""} is said of something else`;
  }
  return null;
}

function opposite(clause: Clause, known: Clause[]): string | null {
  const alike = nearest(known, (other) => shared(clause.tokens, other.tokens).length).filter(
    (other) => likeness(clause, other) >= SAME_MATTER,
  );
  if (alike.length === 0) return clause.negated && clause.tokens.size > 0 ? "no passage says that" : null;
  const denied = known.some((other) => denies(other, clause, known));
  return denied || !alike.some(({ negated }) => negated === clause.negated) ? "the passages say the opposite" : null;
}

/** Whether a passage negates what the clause states, and no other says it without: "不需要保修卡", "no warranty card is needed". */
function denies(other: Clause, clause: Clause, known: Clause[]): boolean {
  if (clause.negated || !other.negated) return false;
  const common = shared(other.tokens, clause.tokens);
  if (common.length < 2 || common.length < other.tokens.size * DENIED_SHARE) return false;
  return !known.some(({ negated, tokens }) => !negated && common.every((token) => tokens.has(token)));
}

function otherPayer({ payer, ...clause }: Omit<Clause, "claims">, known: Clause[]): string | null {
  if (payer === null) return null;
  const near = nearest(
    known.filter((other) => other.payer !== null),
    (other) => shared(clause.context, other.context).length,
  );
  return near.length > 0 && near.every((other) => other.payer !== payer)
    ? "the passages say it of somebody else"
    : null;
}

/** What a clause says itself counts more than what stands around it. */
const inContext = (clause: Pick<Clause, "tokens" | "context">, other: Clause): number =>
  3 * shared(clause.tokens, other.tokens).length + shared(clause.context, other.context).length;

/** As the prompt asks for it when the passages don't answer (models/prompts.ts). */
const ADMITS_NOTHING =
  /没有(?:提到|提及|说明|相关|找到)|未(?:提及|提到|说明)|无法(?:回答|确认|确定)|不(?:太)?(?:清楚|确定)|\b(?:don't|do not|doesn't|does not) (?:say|mention|cover|state|answer)|\bnot (?:mentioned|covered|stated)|\bno information|\bi(?:'m| am) not sure|\bcan't (?:answer|say|tell)/i;

interface Clause {
  text: string;
  /** Its content: numbers and who pays are compared apart. */
  tokens: Set<string>;
  /** It has little content of its own, or says who pays: it is about what stood before it. */
  leans: boolean;
  /** Its content, where it leans with what stood before it. */
  context: Set<string>;
  claims: Claim[];
  negated: boolean;
  payer: "shop" | "customer" | null;
}

const SENTENCES = /(?<=[;；。！!？?\n]|\.(?=\s|$))/;
const CLAUSES = /[，,、：]|:(?!\d)|\bbut\b|但是|但|\b(?:and|if)(?= (?:you|we|it)\b)/;

function clausesOf(text: string): Clause[] {
  return text.split(SENTENCES).flatMap((sentence) => {
    const soFar = new Set<string>();
    const found: Clause[] = [];
    for (const part of sentence.split(CLAUSES)) {
      if (!/[\p{L}\p{N}]/u.test(part)) continue;
      const clause = clauseOf(part, soFar);
      // "有质量问题的，15 天内可以退", "锅具、刀具 6 个月": the number is said of what stands before it, too.
      if (clause.leans)
        for (let at = found.length - 1; found[at]?.claims.length === 0; at--)
          (found[at] as Clause).claims = clause.claims;
      for (const token of clause.tokens) soFar.add(token);
      found.push(clause);
    }
    return found;
  });
}

function clauseOf(part: string, before: Set<string>): Clause {
  const text = part.normalize("NFKC").toLowerCase().replaceAll("’", "'").trim();
  const { payer, rest } = payerOf(text);
  const tokens = tokensOf(withoutClaims(rest));
  const leans = tokens.size < OWN_TOKENS[isHan(text) ? "zh" : "en"] || payer !== null;
  return {
    text,
    tokens,
    leans,
    context: leans ? new Set([...before, ...tokens]) : tokens,
    claims: claimsOf(text),
    negated: NEGATION.test(text.replace(IDIOMS, " ")),
    payer,
  };
}

/** They negate nothing: "7 天无理由退货", "不满收 8 元", "能不能". */
const IDIOMS =
  /无理由|不满|不限于|不仅|不但|不管|不论|无论|能不能|可不可以|是不是|会不会|不同|不便|不客气|不好意思|\bwithout (?:a |any )?reason\b|\bno problem\b|\bnot only\b|\bno matter\b|\bwhether or not\b/g;
const NEGATION =
  /[不没无未勿别否非]|拒绝|\b(?:not|no|never|none|without|cannot|neither|nor|nothing|except|unless)\b|n't\b/;

const PAYS_ZH = /(?:由|让|需要|需)?(我们|我方|商家|店铺|您|你|顾客|买家)(?:来|自己|自行)?(?:承担|支付|付|出|负担)/;
const PAYS_EN = /\b(we|you|the shop|the customer)(?:'ll| will| have to| must| need to| only)? (?:pay|cover|bear)\b/;

function payerOf(clause: string): { payer: Clause["payer"]; rest: string } {
  const found = PAYS_ZH.exec(clause) ?? PAYS_EN.exec(clause);
  if (!found) return { payer: null, rest: clause };
  const payer = /我|商|店|we|shop/.test(found[1] ?? "") ? "shop" : "customer";
  return { payer, rest: clause.replace(found[0], " ") };
}

const ENGLISH_STOP = new Set(
  "a an the of to for in on at by with from and or is are be was were it its this that these those you your we our i me my they their them he she can could may might will would shall should do does did has have had if then so as also just please about up out into than there here any some each every all within after before not no".split(
    " ",
  ),
);

/** Pairs of Chinese characters, English words without their endings; numbers are claims, not content. */
function tokensOf(text: string): Set<string> {
  const found = new Set<string>();
  for (const [run] of text.matchAll(/\p{Script=Han}+|[a-z]+/gu)) {
    if (/[a-z]/.test(run)) {
      if (!ENGLISH_STOP.has(run) && run.length > 1) found.add(root(run));
    } else for (let at = 0; at + 1 < run.length; at++) found.add(run.slice(at, at + 2));
  }
  return found;
}

/** "combined", "combine"; "cancelled", "cancel". */
const root = (word: string): string =>
  stem(word)
    .replace(/(?<=.{3})(?:ing|ed|e)$/, "")
    .replace(/([a-z])\1$/, "$1");

const shared = (a: Set<string>, b: Set<string>): string[] => [...a].filter((token) => b.has(token));

/** How much of the smaller one's content is in the other. */
function likeness(a: Clause, b: Clause): number {
  const smaller = Math.min(a.tokens.size, b.tokens.size);
  return smaller === 0 ? 0 : shared(a.tokens, b.tokens).length / smaller;
}

/** Those that share most, by `score`; none when nothing does. */
function nearest(known: Clause[], score: (other: Clause) => number): Clause[] {
  const scored = known.map((other) => ({ other, score: score(other) }));
  const best = Math.max(0, ...scored.map((one) => one.score));
  return best === 0 ? [] : scored.filter((one) => one.score >= best * AS_NEAR).map(({ other }) => other);
}

function shareOf(text: string, passages: string): number {
  const content = (raw: string): Set<string> => tokensOf(withoutClaims(raw.normalize("NFKC").toLowerCase()));
  const own = content(text);
  return own.size === 0 ? 1 : shared(own, content(passages)).length / own.size;
}
