import { expect, test } from "@jest/globals";
import { withoutStockClauses, wordCoherence } from "../../src/knowledge/mining/clauses.ts";
import { conflicts, factsOf } from "../../src/knowledge/mining/facts.ts";
import { noDrops, pairsOf } from "../../src/knowledge/mining/pairs.ts";
import { entryStakes } from "../../src/knowledge/stakes.ts";
import { conversation } from "../support/logs.ts";

/** [[question, answer], …] and what was dropped. */
function read(...lines: string[]): { pairs: string[][]; dropped: Record<string, number> } {
  const drops = noDrops();
  const pairs = pairsOf(conversation("t", "c", 0, lines), drops).map(({ question, answer }) => [question, answer]);
  return { pairs, dropped: Object.fromEntries(Object.entries(drops).filter(([, count]) => count > 0)) };
}

test.each<[string, string[], string[][]]>([
  [
    "greetings, waiting and closing are off, an answer in pieces is one",
    [
      ...["C 你好", "B 我是智能助手", "C 在吗", "A 您好，很高兴为您服务", "C 请问退货运费谁出啊"],
      ...[
        "A 稍等，我帮您查一下",
        "C 好的",
        "A 亲，不喜欢退货的话运费您承担哦~",
        "A 质量问题我们承担。还有什么可以帮您的吗？",
        "C 谢谢",
      ],
    ],
    [["退货运费谁出啊", "不喜欢退货的话运费您承担哦。质量问题我们承担。"]],
  ],
  [
    "a burst of the customer's is one question",
    [
      "C hi",
      "C the desk lamp",
      "C how long is its warranty?",
      "A Hi Anna, thanks for reaching out!",
      "A One year from delivery.",
    ],
    [["the desk lamp. how long is its warranty?", "One year from delivery."]],
  ],
  [
    "an answer that goes on a little later belongs to it",
    ["C do you ship abroad", "A We ship to 20 countries.", "C ok", "A Delivery takes 7-10 working days."],
    [["do you ship abroad", "We ship to 20 countries. Delivery takes 7-10 working days."]],
  ],
  [
    "two questions at once get their own answers",
    ["C 能用花呗吗？还有支持货到付款吗", "A 花呗可以用的", "A 货到付款不支持哦"],
    [
      ["能用花呗吗？", "花呗可以用的"],
      ["支持货到付款吗", "货到付款不支持哦"],
    ],
  ],
  [
    "what the agent asked for completes the question",
    ["C 保修多久", "A 请问您买的是哪款？", "C 护眼台灯", "A 台灯保修一年"],
    [["保修多久，护眼台灯", "台灯保修一年"]],
  ],
  [
    "a correction replaces the number",
    ["C 几天能到账", "A 亲，一般3个工作日到账", "A 更正一下，是5个工作日哦"],
    [["几天能到账", "一般5个工作日到账"]],
  ],
  [
    "a correction after the next question is about the one before",
    [
      "C how long can I return it?",
      "A You have 7 days.",
      "C do you gift wrap?",
      "A Sorry, I was wrong, it's 15 days.",
      "A Yes, for 10 yuan.",
    ],
    [
      ["how long can I return it?", "You have 15 days."],
      ["do you gift wrap?", "Yes, for 10 yuan."],
    ],
  ],
  [
    "what the customer doubts and the agent takes back",
    ["C 满多少包邮", "A 满99包邮", "C 不是199吗", "A 抱歉看错了，是满199包邮"],
    [["满多少包邮", "满199包邮"]],
  ],
  [
    "what the customer doubts and the agent confirms",
    ["C 满多少包邮", "A 满99包邮", "C 确定吗", "A 是的，满99元包邮"],
    [["满多少包邮", "满99包邮"]],
  ],
])("%s", (_what, lines, pairs) => {
  expect(read(...lines).pairs).toEqual(pairs);
});

test.each<[string, string[], string]>([
  ["where the parcel is", ["C 我的快递到哪了", "A 您的包裹已到杭州，预计明天送达"], "one order"],
  ["this customer's return", ["C 这款护眼台灯能退吗", "A 已经为您申请退货了"], "one order"],
  ["an order's number", ["C can I return DD88213?", "A yes within 7 days"], "one order"],
  ["a request", ["C I want to return my lamp", "A You can do that in the app."], "one order"],
  ["an agent whose words the customer doubts, out of nothing", ["C 不对吧，页面上写的不一样", "A 是这样的"], ""],
  ["small talk", ["C 你是机器人吗", "A 我是真人哦"], "small talk"],
  ["a follow-up that leans on what was before", ["C 那红色的呢", "A 红色的也可以"], "leans on another"],
  ["an agent who never answers", ["C 退货运费谁出", "A 稍等", "A 我帮您查一下"], "unanswered"],
  [
    "an answer that was taken back without another",
    ["C 花呗能分期吗", "A 可以分12期", "A 不好意思说错了"],
    "taken back",
  ],
])("no pair: %s", (_what, lines, why) => {
  const { pairs, dropped } = read(...lines);
  expect(pairs).toEqual([]);
  expect(dropped).toEqual(why === "" ? {} : { [why]: 1 });
});

test("answers contradict each other by unit and by yes and no, not by wording", () => {
  const opposed = (a: string, b: string): string[] => conflicts(factsOf(a), factsOf(b));
  expect(opposed("签收后7天内可以退", "30天内都能退")).toEqual(["day"]);
  expect(opposed("签收后七天内可以退", "7天内可退，质量问题15天")).toEqual([]);
  expect(opposed("满99元包邮", "满199包邮")).toEqual(["money"]);
  expect(opposed("Yes, you can wash it at 30 degrees", "No, dry clean only")).toEqual(["polarity"]);
  expect(opposed("48小时内发货", "两天内发货")).toEqual([]);
  expect(opposed("within two weeks", "within 3 weeks")).toEqual(["week"]);
});

test("stock clauses go, whatever their words: what stands beside everything belongs to nothing", () => {
  const topics = ["保修多久", "包邮吗", "几天发货", "能开发票吗", "有现货吗", "防水吗"];
  const answers = [
    "保修一年，凭订单",
    "满九十九包邮",
    "四十八小时内发出",
    "下单时勾选电子发票",
    "仓库有货",
    "支持雨天使用",
  ];
  const pairs = topics.map((topic, at) => ({ text: `朋友推荐来的，${topic}`, partner: answers[at] ?? "" }));
  const same = topics.map((_, at) => ({ text: `护眼台灯，亮度${at}`, partner: `护眼台灯有五档亮度${at}` }));
  const shared = wordCoherence([...answers, ...same.map(({ partner }) => partner)]);
  const plain = withoutStockClauses([...pairs, ...same], (partners) => shared(partners) >= 0.1);
  expect([...plain.values()]).toEqual([...topics, ...same.map(({ text }) => text)]);
});

test("M6: money and medicine by rule", () => {
  expect(entryStakes(["退款多久到账"], ["1 到 3 个工作日"])).toBe("money");
  expect(entryStakes(["do you gift wrap?"], ["Yes, 10 yuan an order."])).toBe("money");
  expect(entryStakes(["维C软糖一天吃几粒"], ["成人每天 2 粒"])).toBe("medicine");
  expect(entryStakes(["耳机防水吗"], ["支持 IPX5 防水，不能泡水"])).toBeNull();
});
