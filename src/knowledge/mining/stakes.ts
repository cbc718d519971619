import { MEDICINE } from "../../understanding/medicine.ts";
import type { EntryStakes } from "../types.ts";
import { factsOf } from "./facts.ts";

/** Bodies, illness and what is swallowed or rubbed in. */
const HEALTH =
  /医生|药师|就医|发烧|发热|孕|哮喘|皮疹|起疹|红疹|服用|吃几粒|[每一]天[吃服]?.{0,4}[粒片颗]|维生素|保健品|糖尿病|\b(?:doctors?|pharmacists?|fever|asthma|rash|pregnan\w*|vitamins?|supplements?|diabet\w*|medical advice)\b/i;
/** What somebody pays, gets back or is given. */
const MONEY =
  /退款|退钱|退差|差价|补差|赔|补偿|价保|保价|扣[款钱费]|多扣|押金|定金|订金|分期|手续费|利息|免息|运费|邮费|快递费|包邮|费用|收费|免费|优惠|折扣|打折|满减|券|红包|积分|返现|返利|礼品卡|面额|余额|提现|到账|价格|多少钱|几块|便宜|\d ?折|\b(?:refund\w*|money back|reimburs\w*|compensat\w*|price (?:match|drop|protection|adjust\w*)|charg(?:e|ed|es)|overcharged|deposit|instal\w*|interest|fees?|postage|shipping cost|free (?:shipping|delivery|returns)|discounts?|coupons?|vouchers?|promo(?:tion)?s?|points|cash ?back|gift cards?|credit|prices?|cost|costs|how much|cheaper|pay(?:s|ing)? for|% off|percent off)\b/i;

/**
 * What hangs on a question and its answers (M6), by rule: words about health, and about money that changes hands. A question's words
 * decide, and an answer's where it names a sum, a discount or points.
 */
export function entryStakes(questions: readonly string[], answer: string): EntryStakes | null {
  const health = (text: string): boolean => MEDICINE.test(text) || HEALTH.test(text);
  const most = (test: (text: string) => boolean): boolean => questions.filter(test).length * 2 > questions.length;
  if (most(health) || health(answer)) return "medicine";
  const { numbers } = factsOf(answer);
  const sum = ["money", "discount", "points"].some((unit) => numbers.has(unit));
  return sum || most((text) => MONEY.test(text)) ? "money" : null;
}
