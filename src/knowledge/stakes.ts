import { MEDICINE } from "../understanding/medicine.ts";
import { factsOf } from "./mining/facts.ts";
import type { EntryStakes } from "./types.ts";

/** Bodies, illness and what is swallowed or rubbed in. */
const HEALTH =
  /医生|药师|怀[上了孕]|红[点斑]|红疙瘩|瘙?痒|体温|(?:婴儿|宝宝|新生儿|孩子).{0,16}(?:精油|香薰|药)|(?:精油|香薰).{0,16}(?:婴儿|宝宝|新生儿|孩子)|就医|发烧|发热|孕|哮喘|皮疹|起疹|红疹|服用|吃几粒|[每一]天[吃服]?.{0,4}[粒片颗]|维生素|保健品|糖尿病|\b(?:is expecting|red bumps|itch\w*|newborns?|(?:child|kid|baby|toddler|infant)\b.{0,60}\b(?:temperature|oils?|lavender)|(?:temperature|oils?|lavender)\b.{0,60}\b(?:child|kid|baby|toddler|infant)|shows 3\d\.\d|doctors?|pharmacists?|fever|asthma|rash|pregnan\w*|vitamins?|supplements?|diabet\w*|medical advice)\b/i;
/** What somebody pays, gets back or is given. */
const MONEY =
  /退款|退钱|退差|差价|补差|赔|补偿|价保|保价|扣[款钱费]|多扣|押金|定金|订金|分期|手续费|利息|免息|运费|邮费|快递费|包邮|费用|收费|免费|优惠|折扣|打折|满减|券|红包|返现|返利|面额|余额|提现|到账|价格|多少钱|几块|便宜|\d ?折|\b(?:refund\w*|money back|reimburs\w*|compensat\w*|price (?:match|drop|protection|adjust\w*)|(?:over|sur)charg\w*|charged|(?:extra|free of|any) charge|deposit|instal\w*|interest|fees?|postage|shipping cost|free (?:shipping|delivery|returns)|discounts?|coupons?|vouchers?|promo(?:tion)?s?|cash ?back|prices?|cost|costs|how much|cheaper|pay(?:s|ing)? for|% off|percent off)\b/i;

/** "单只129": a price that needs no unit among people. */
const BARE_PRICE =
  /(?:每|单|一|另)(?:只|个|件|套|条|双|张|把|片|盒|买|卖|购|要)\s?\d{2,}(?!\s?[a-z%°\d\p{Script=Han}])/iu;
/** So many of the wordings, or of the answers, and it is about that: one agent's aside doesn't decide, one in six does. */
const QUESTIONS_SHARE = 1 / 3;
const ANSWERS_SHARE = 1 / 6;

/**
 * What hangs on a question and its answers (M6), by rule: words about health, and about money that changes hands, in the questions; in
 * the answers health again, and sums or discounts.
 */
export function entryStakes(questions: readonly string[], answers: readonly string[]): EntryStakes | null {
  const share = (texts: readonly string[], test: (text: string) => boolean): number =>
    texts.filter(test).length / (texts.length || 1);
  const health = (text: string): boolean => MEDICINE.test(text) || HEALTH.test(text);
  const sum = (text: string): boolean => {
    const { numbers } = factsOf(text);
    return numbers.has("money") || numbers.has("discount") || BARE_PRICE.test(text);
  };
  if (share(questions, health) >= QUESTIONS_SHARE || share(answers, health) >= ANSWERS_SHARE) return "medicine";
  const money = share(questions, (text) => MONEY.test(text)) >= QUESTIONS_SHARE || share(answers, sum) >= ANSWERS_SHARE;
  return money ? "money" : null;
}
