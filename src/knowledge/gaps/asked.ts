/** What customers asked and agents answered, read out of the messages of a session. */
import type { MessageDoc, Store } from "../../store/mongo.ts";
import type { Sealer } from "../../store/sealed.ts";
import { openMessages } from "../../store/sealed.ts";
import { dot } from "../../understanding/vectors.ts";
import type { Worded } from "./words.ts";
import { orGone } from "./words.ts";

const QUESTION_MAX_CHARACTERS = 300;
const ANSWER_MAX_CHARACTERS = 2_000;
/** Of a turn, and of what agents said after it. */
const MESSAGES_MAX = 60;

const BETWEEN_CLAUSES = /(?<=[。！!？?；;\n]|\.(?=\s))/;
/** Words by which something is asked, in both languages. */
const ASKS =
  /[?？]|[吗么呢嘛][。.!！~～]*$|谁|什么|啥|怎么|咋|如何|怎样|多少|多久|多长|多大|几[天个号点次种年]|哪[里儿些个种家]|能不能|可不可以|是不是|有没有|会不会|要不要|能否|可否|是否|为何|(\p{Script=Han})不\1|^(?:and |so |but )?(?:how|what|where|who|when|why|which|can|could|do|does|did|is|are|will|would|should|may|must|has|have|any)\b|\b(?:how (?:long|much|many|to)|(?:can|could|do|does|will|should) (?:i|you|it|we|they)|is (?:it|there)|are (?:there|you)|wonder(?:ing)?|know (?:if|how|what|whether|when))\b/iu;
/** In front of what matters. */
const LEAD =
  /^(?:(?:亲+|您好|你好|哈喽|嗯+|请问一下|请问|麻烦问一下|想问一下|想问下|我想问一?下?|问一下|咨询一下|(?:hi+|hello|hey)(?: there)?|good (?:morning|afternoon|evening)|quick question|excuse me)[,，。.~～!！:：;\s]*)+/iu;
/** An agent's sentence that says nothing: greetings, waiting, closing, asking back. */
const IDLE =
  /^(?:(?:亲+|您好|你好|在的?|在呢|嗯+|好的?|收到|明白|了解|不客气|应该的|没事|没关系)[,，。.!！~～呢哦哈\s]*)+$|稍等|等一下|久等|为您服务|有什么可以帮|还有(?:什么|其他|别的)|祝您|(?:生活|购物)愉快|感谢(?:您的)?(?:咨询|支持|等待|耐心|反馈)|再见|拜拜|我(?:帮您)?(?:看|查|核实|确认|问)(?:一下|下|看)|(?:请|麻烦|方便).{0,6}(?:提供|发|告诉|报).{0,10}(?:订单|单号|手机|照片|截图)|^(?:hi+|hello|hey)\b.{0,30}$|thank(?:s| you)|you'?re welcome|my pleasure|no (?:problem|worries)|(?:one|a) (?:moment|sec|second|minute)|bear with me|hold on|let me (?:just )?(?:check|look|see|find)|i'?ll (?:just )?(?:check|look|find)|anything else|have a (?:great|good|nice|lovely)|bye|how (?:can|may) i help|could you (?:please )?(?:send|share|provide|tell|give|confirm)|(?:send|tell|give) me (?:your|the)/iu;

const clausesOf = (text: string): string[] =>
  text
    .split(BETWEEN_CLAUSES)
    .map((clause) => clause.trim())
    .filter((clause) => /[\p{L}\p{N}]/u.test(clause));

/** What of these words asks something; `strict`: null instead of all of it when nothing does. */
export function questionIn(text: string, strict: boolean): string | null {
  const clauses = clausesOf(text);
  const asking = clauses.filter((clause) => ASKS.test(clause));
  if (asking.length === 0 && strict) return null;
  const found = (asking.length > 0 ? asking : clauses).join(" ").replace(LEAD, "").trim();
  return found === "" ? null : found.slice(0, QUESTION_MAX_CHARACTERS);
}

/** What an agent's words say besides talk; null when nothing. */
export function answerIn(texts: readonly string[]): string | null {
  const said = texts.flatMap((text) => {
    const kept = clausesOf(text).filter((clause) => !IDLE.test(clause));
    return kept.join(" ").replace(LEAD, "").trim() || [];
  });
  return said.length === 0 ? null : said.join("\n").slice(0, ANSWER_MAX_CHARACTERS);
}

interface Transcripts {
  store: Pick<Store, "messages">;
  sealer: Sealer;
}

/** The customer's words that the reply with this number replied to; null when they can't be read any more. */
export async function wordsBefore(
  { store, sealer }: Transcripts,
  sessionId: string,
  seq: number,
): Promise<string | null> {
  const before = await store.messages
    .find({ sessionId, seq: { $lt: seq } })
    .sort({ seq: -1 })
    .limit(MESSAGES_MAX)
    .toArray();
  const end = before.findIndex(({ role }) => role === "assistant" || role === "agent");
  const own = before.slice(0, end < 0 ? undefined : end).filter(({ role }) => role === "customer");
  const opened = await orGone(openMessages(sealer, own.reverse()));
  return opened?.map(({ text }) => text).join("\n") ?? null;
}

/** What agents said after it, in blocks between two messages of the customer. */
export async function blocksAfter({ store, sealer }: Transcripts, sessionId: string, seq: number): Promise<string[][]> {
  const after = await store.messages
    .find({ sessionId, seq: { $gt: seq }, role: { $in: ["agent", "customer"] } })
    .sort({ seq: 1 })
    .limit(MESSAGES_MAX)
    .toArray();
  const opened: MessageDoc[] = (await orGone(openMessages(sealer, after))) ?? [];
  const blocks: string[][] = [];
  let block: string[] | null = null;
  for (const { role, text } of opened) {
    if (role === "customer") block = null;
    else if (block) block.push(text);
    else {
      block = [text];
      blocks.push(block);
    }
  }
  return blocks;
}

/** A short "yes" is near every question; an answer says something. */
const LENGTH_SHARE = 0.2;
const LONG_ENOUGH_CHARACTERS = 40;

/** The agent's best answer to the question. */
export function bestAnswer(question: Worded, candidates: readonly Worded[]): Worded | null {
  const worth = ({ text, vector }: Worded): number =>
    dot(question.vector, vector) + LENGTH_SHARE * Math.min(1, text.length / LONG_ENOUGH_CHARACTERS);
  return candidates.reduce<Worded | null>((best, one) => (best && worth(best) >= worth(one) ? best : one), null);
}
