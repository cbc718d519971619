/** Whether words ask what was said or done in an earlier conversation ("上次你们怎么答复的", "what did you promise in May?"). */

import { SILENCE } from "../dialogue/silence.ts";
import type { Understanding } from "../dialogue/types.ts";

/** Points back in time; what follows "the one I bought …" only says which thing is meant. */
const BACK =
  /(?:上一?[次回]|[那这]一?[次回]|(?<!早)之前|以前|当时|那时候?|后来|最后|(?:上个?|[一二三四五六七八九十\d]{1,2})月(?:份|的时候)?)(?!(?:我)?(?:在|从)?[^，。？?]{0,6}?(?:买|下单|订|拍|购|收到|到手)(?!.{0,12}(?:说|答|告诉)))|\b(?:last time|back then|(?:that|the) time|previously|at some point|at the time|in the end|once|ever|earlier|before|in (?:january|february|march|april|may|june|july|august|september|october|november|december)|last (?:month|week|year))\b/i;

/** Somebody said, promised, answered or decided something. */
const SAID =
  /(?:你们?|客服|我们?|咱们?).{0,8}?(?:怎么)?(?:说|答|回复?|告诉|承诺|保证|约|讲|提|决定)(?:好|过|是|了|的|我|过我|应|复|混)|(?:说|答应|承诺|告诉|约定|答复|决定|处理|办理?)(?:过|的|好的?|了|是|混|来着|得怎么样)|(?:答案|结果|原因|理由).{0,4}(?:是|填|写|说)|(?:你们|我|客服)(?:当时|那次|那回|之前)?(?:说|填|写|选|要)的|说(?:改|换|要)|是哪[个一]?(?:订)?单|\b(?:you|we|i|somebody|someone|they)(?: guys)? (?:told|said|promised?|answered|agreed|offered|decided|chose|settled|mixed|wanted|called)\b/i;

/** Asks how something that was begun then turned out. */
const BECAME =
  /(?:退|换|取消|撤|办|弄|提交|处理|修).{0,4}(?:了|成|好)(?:功)?(?:了)?(?:吗|没|么|没有|还是)|(?:换|退|取消|写|填|说|办|改)(?:的|了|成|成了)?(?:的)?(?:是)?(?:什么|啥|几|哪|多大|多少)|没退对吧|退还是/i;

const ASKS_BACK =
  /[?？]|吗|么|没有?$|什么|啥|哪|几|多少|怎么|为什么|是不是|还是|来着|对吧|什么事|^(?:what|which|why|who|where|when|how|did|was|were|is|have|has|could|didn't)\b/i;

/** What they told us is past, whenever it was. */
const TOLD_US = /(?:填|写|跟你们.{0,4}说)的(?:是)?(?:啥|什么|哪)|跟你们怎么说的|你们为什么不给/;

/** In English the tense says it. */
const PAST_TENSE =
  /\b(?:did|didn't) (?:(?:you|we|i)(?! (?:send|get|receive|order|ship))|somebody|the .{1,40}? (?:become|end))\b|\b(?:was|were) the .{1,40}?(?:ed|wrong|done)\b|\b(?:had|wouldn't|couldn't) (?:you|we|i)\b|\b(?:have|has) (?:you|those|that|it|the .{1,20}?) (?:put|gone back|been (?:returned|refunded|cancel+ed|exchanged))\b|\bdid that .{1,40}? get (?:sent back|returned|refunded|exchanged)\b|\bdid (?:that|it|this) end\b|\bdid .{1,25} become\b|\b(?:what|who|which) (?:was|happened|looked)\b.*\b(?:instead|about|matter|promised|that)\b|\bthe (?:return|refund|exchange|cancellation) done\b/i;

/** Wants something done now, whatever was before. */
const WANTS =
  /(?:我|帮我|给我|请|麻烦|想|要)(?:想|要|把|再)?.{0,6}?(?:退掉|退了它|退货吧|换一|取消掉)|能(?:不能)?(?:退|换|取消)|可以(?:退|换|取消)|怎么(?:退|换|取消)|\b(?:can|could|may) i (?:still )?(?:return|exchange|cancel|get)|\b(?:i(?:'d| would)? (?:like|want) to|please) (?:return|exchange|cancel|refund)|\bhow (?:do|can) i\b/i;

/** Where a parcel or a payment is isn't the past, it is an order's status. */
const UNDERWAY =
  /发货|物流|到哪|快递.{0,6}(?:到|没)|\b(?:ship|shipped|deliver(?:ed|y)?|arrived?|parcel|package|courier|dispatch(?:ed)?|charged|pay(?:ment)?|paid)\b/i;

/** @param text the customer's words, normalised */
export function asksAboutPast(text: string): boolean {
  if (!ASKS_BACK.test(text)) return false;
  const back = BACK.test(text);
  const said = SAID.test(text);
  if (WANTS.test(text) && !(back && said)) return false;
  if (UNDERWAY.test(text) && !(back && said)) return false;
  return (back && (said || BECAME.test(text))) || PAST_TENSE.test(text) || TOLD_US.test(text);
}

/** A question that earlier conversations answer. */
export const aboutPast = (question: string): Understanding => ({
  ...SILENCE,
  acts: [{ intent: "question", question, answers: [], past: true }],
  tier: "memory",
});
