/** Texts around made-up personal data, and texts with numbers that are nobody's: what the recognisers are measured on. */
import type { Value } from "./pii-values.ts";
import { VALUES } from "./pii-values.ts";
import type { Random } from "./random.ts";
import { createRandom } from "./random.ts";

export interface Case {
  text: string;
  /** What is personal in it, `from` inclusive, `to` exclusive. */
  entities: Array<{ label: string; from: number; to: number }>;
  /** How it was disguised, for the report of misses. */
  disguise: string;
}

/** The shapes of the order numbers below, as a shop teaches them (src/commerce/order-shape.ts). */
export const ORDER_EXAMPLES = [
  "GL-491891",
  "TB-2026-00731",
  "ORD-7F3K2",
  "DD88213",
  "JX20261122000417",
  "2026112200000417",
];

type Frame = readonly [before: string, after: string];

const ANY_FRAMES: readonly Frame[] = [
  ["", ""], ["您好，", "，麻烦查一下"], ["我填的是", "，对吗？"], ["请记一下：", "。"], ["资料：", ""], ["是", ""], ["刚才写错了，应该是", "，谢谢"],
  ["Hi, it's ", ", please check"], ["please use ", " instead"], ["here you go: ", ""], ["I gave ", " when I signed up."], ["(", ")"], ["“", "”"], ["for the record ", " thanks!"],
]; // biome-ignore format: a table

const OWN_FRAMES: Record<string, readonly Frame[]> = {
  "[national-id]": [
    ["我的身份证号是", "，帮我实名"],
    ["身份证：", ""],
    ["my id number is ", ", ok?"],
  ],
  "[bank-card]": [
    ["退款打到卡号", "行吗"],
    ["银行卡号 ", "，招商的"],
    ["refund it to my card ", " please"],
  ],
  "[mobile]": [
    ["我的手机号", "，打我电话"],
    ["电话", "随时打"],
    ["联系方式：", "，张先生"],
    ["call me on ", ", thanks"],
    ["手机-", "-家里的"],
  ],
  "[landline]": [
    ["座机", "，白天有人"],
    ["家里电话：", "。"],
    ["电话 ", " 找王经理"],
    ["ring ", " in the morning"],
  ],
  "[phone]": [
    ["call me at ", " tonight"],
    ["my phone is ", ", thanks"],
    ["tel: ", ""],
  ],
  "[passport]": [
    ["护照号", "，下周出境"],
    ["my passport number is ", ", for customs"],
  ],
  "[email]": [
    ["发票发到 ", " 就行"],
    ["邮箱：", "，谢谢"],
    ["send it to ", ", please"],
  ],
  "[address]": [
    ["我住在", "，送货上门"],
    ["地址：", "，张三收"],
    ["寄到", "吧"],
    ["收货地址改成", "，谢谢"],
    ["please deliver to ", ", thanks"],
    ["I live at ", "."],
  ],
  "[plate]": [
    ["车牌", "，停在门口"],
    ["送货的车是", "吗"],
    ["车牌号：", "。"],
  ],
};

const SHOP_WORDS = ["台灯", "烧水壶", "帐篷", "跑鞋", "desk lamp", "kettle", "tent"] as const;

/** Numbers that shops are full of. Each makes one sentence. */
const HARMLESS: ReadonlyArray<(random: Random) => string> = [
  (r) => `我的订单 ${orderNumber(r)} 到哪了`,
  (r) => `订单号${orderNumber(r)}想退货`,
  (r) => `Where is order ${orderNumber(r)}?`,
  (r) => `order #${r.digits(5)} hasn't arrived`,
  (r) => `cancel ${orderNumber(r).replace(/[-]/g, " ")} please`,
  (r) => `快递单号SF${r.digits(13)}三天没动了`,
  (r) => `tracking number JD${r.digits(13)} says delivered`,
  (r) => `运单号 ${r.digits(12)} 查不到`,
  (r) => `${r.pick(SHOP_WORDS)}买了${1 + r.int(9)}个，一共${r.int(9000)}.${r.digits(2)}元`,
  (r) => `付了 ¥${1 + r.int(9)},${r.digits(3)}.${r.digits(2)}，多扣了${r.int(99)}块`,
  (r) => `I paid $${1 + r.int(9)},${r.digits(3)}.${r.digits(2)} on 2026-${pad2(1 + r.int(12))}-${pad2(1 + r.int(28))}`,
  (r) => `2026年${1 + r.int(12)}月${1 + r.int(28)}日 ${r.int(24)}:${pad2(r.int(60))} 下的单`,
  (r) =>
    `delivered 2026-${pad2(1 + r.int(12))}-${pad2(1 + r.int(28))} ${pad2(r.int(24))}:${pad2(r.int(60))}:${pad2(r.int(60))}`,
  (r) => `型号 ${r.pick(["XR", "KT", "LM"])}-${r.digits(4)}${r.pick(["A", "B", "Pro"])} 有现货吗`,
  (r) => `条码 69${r.digits(11)} 对不上`,
  (r) => `尺寸 ${10 + r.int(90)}x${10 + r.int(90)}x${10 + r.int(90)}cm，重${r.int(9)}.${r.digits(1)}kg`,
  (r) => `the ${r.pick(SHOP_WORDS)} is ${10 + r.int(90)} x ${10 + r.int(90)} cm and 2${r.digits(2)} W`,
  (r) => `一共三件，二十五块一件，买了两次，第${1 + r.int(9)}次没到`,
  (r) => `第一件一百二，第二件三十五，${r.pick(SHOP_WORDS)}不要了`,
  (r) => `I have 2 lamps, 3 kettles and ${1 + r.int(9)} tents from 3 orders`,
  (r) => `优惠券 ${r.pick(["SAVE", "VIP", "NEW"])}${r.digits(4)} 用不了`,
  (r) => `客服电话是400-${r.digits(3)}-${r.digits(4)}吗`,
  (r) => `这个味道${1 + r.int(9)}号仓发的就不一样`,
  (r) => `我知道${1 + r.int(28)}号发货，${1 + r.int(9)}号楼下取`,
  (r) => `坐地铁${1 + r.int(12)}号线去店里要${r.int(60)}分钟`,
  (r) => `交易号 20261122${r.digits(20)} 退款没到`,
  (r) => `流水号 ${r.digits(20)} 请核对`,
  (r) => `SKU ${r.digits(8)}, colour white, size ${36 + r.int(9)}`,
  (r) => `it took ${1 + r.int(9)}-${10 + r.int(9)} days and ${1 + r.int(9)} emails`,
  (r) => `I bought 2 new road bikes and ${1 + r.int(9)} helmets for the trip`,
  (r) => `会员积分${r.digits(6)}分，等级${1 + r.int(9)}`,
  (r) => `meet me at the shop at ${1 + r.int(12)}:${pad2(r.int(60))}, 2 people`,
];

const pad2 = (value: number): string => String(value).padStart(2, "0");
const ALPHANUMERIC = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
function orderNumber(random: Random): string {
  const code = (length: number): string => Array.from({ length }, () => random.pick([...ALPHANUMERIC])).join("");
  return random.pick([
    `GL-${random.digits(6)}`,
    `TB-2026-${random.digits(5)}`,
    `ORD-${random.digits(1)}${code(4)}`,
    `DD${random.digits(5)}`,
    `JX2026${random.digits(10)}`,
    `2026${random.digits(12)}`,
  ]);
}

const SPOKEN = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
const SPOKEN_ON_THE_PHONE = ["洞", "幺", "两", "三", "四", "五", "六", "拐", "八", "九"];
const INVISIBLE = ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u200e"];

interface Disguise {
  name: string;
  share: number;
  /** For these labels only; all when absent. */
  labels?: readonly string[];
  apply(text: string, random: Random): string;
}

const NUMBERS = ["[national-id]", "[bank-card]", "[mobile]", "[landline]"];
const fullWidth = (text: string): string =>
  text.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));
const spoken = (digits: readonly string[]) => (text: string) =>
  text.replace(/\d/g, (digit) => digits[Number(digit)] ?? digit);

const DISGUISES: readonly Disguise[] = [
  { name: "full width", share: 0.1, apply: fullWidth },
  {
    name: "Chinese numerals",
    share: 0.06,
    labels: ["[mobile]", "[national-id]", "[bank-card]"],
    apply: spoken(SPOKEN),
  },
  { name: "read out (幺, 洞, 拐)", share: 0.04, labels: ["[mobile]"], apply: spoken(SPOKEN_ON_THE_PHONE) },
  {
    name: "partly Chinese numerals",
    share: 0.04,
    labels: ["[mobile]"],
    apply: (text, r) => text.replace(/\d/g, (digit) => (r.chance(0.5) ? (SPOKEN[Number(digit)] ?? digit) : digit)),
  },
  {
    name: "zero width inside",
    share: 0.1,
    apply: (text, r) =>
      [...text]
        .map((each) => (r.chance(0.3) ? each + r.pick(INVISIBLE) : each))
        .join("")
        .replace(/[\u200b-\u200e\u2060\ufeff\u00ad]+$/u, ""),
  },
  {
    name: "other dashes",
    share: 0.08,
    labels: NUMBERS,
    apply: (text, r) => text.replaceAll("-", r.pick(["–", "—", "‑", "−"])),
  },
  {
    name: "other blanks",
    share: 0.06,
    labels: NUMBERS,
    apply: (text, r) => text.replaceAll(" ", r.pick(["\u00a0", "\u3000", "\u2009"])),
  },
];

function disguise({ label, text }: Value, random: Random): { text: string; name: string } {
  for (const { name, share, labels, apply } of DISGUISES)
    if ((labels?.includes(label) ?? true) && random.chance(share)) return { text: apply(text, random), name };
  return { text, name: "as usual" };
}

const isLatin = (text: string): boolean => /^[\x20-\x7e]/.test(text);
const PERSONAL_SHARE = 0.62;
const HARMLESS_BESIDE_SHARE = 0.3;

/** What stands beside a value must not run into it: nobody writes "是E1234" as "beE1234". */
function frameFor({ label, text }: Value, random: Random): Frame {
  const frames = random.chance(0.5) ? (OWN_FRAMES[label] ?? ANY_FRAMES) : ANY_FRAMES;
  const latinOnly = label === "[address]" && isLatin(text);
  const fitting =
    label === "[address]"
      ? frames.filter(([before]) => latinOnly === isLatin(before || (latinOnly ? "a" : "址")))
      : frames;
  return random.pick(fitting.length > 0 ? fitting : [["", ""]]);
}

function personalCase(random: Random): Case {
  const value = random.pick(VALUES)(random);
  const worn = disguise(value, random);
  const [before, after] = frameFor(value, random);
  const lead = random.chance(HARMLESS_BESIDE_SHARE)
    ? `${random.pick(HARMLESS)(random)}${random.pick(["。", "\n", "； "])}`
    : "";
  const from = lead.length + before.length;
  const entities = [{ label: value.label, from, to: from + worn.text.length }];
  return { text: lead + before + worn.text + after, entities, disguise: worn.name };
}

/** `count` texts from a seed: about 62 % hold something personal, all others only what looks like it. */
export function piiCases(seed: number, count: number): Case[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () =>
    random.chance(PERSONAL_SHARE)
      ? personalCase(random)
      : { text: random.pick(HARMLESS)(random), entities: [], disguise: "harmless" },
  );
}
