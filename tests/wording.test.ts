/** Whatever the machine says becomes a sentence in both languages, and a proposal hides nothing. */
import { describe, expect, test } from "@jest/globals";
import type { ItemRef, Order, RequestKind } from "../src/commerce/types.ts";
import type { ActionResult, OpenRequest, RefusalWhy, Say } from "../src/dialogue/types.ts";
import { choicesFor } from "../src/intents/choices.ts";
import type { Facts } from "../src/intents/wording.ts";
import { word } from "../src/intents/wording.ts";
import { KINDS } from "./support/dialogue-fixtures.ts";
import { orderWith, products, requestOn } from "./support/shop-fixtures.ts";

const LOCALES = ["zh", "en"] as const;
const WHYS: RefusalWhy[] = [
  "not-delivered",
  "already-shipped",
  "already-cancelled",
  "already-requested",
  "no-orders",
  "sign-in",
];
const FAILURES: Array<NonNullable<ActionResult["why"]>> = [
  "not-found",
  "wrong-status",
  "already-requested",
  "out-of-stock",
];

const orders: Order[] = [
  orderWith({ carrier: "顺丰", trackingNumber: "SF13", requests: [requestOn([[1, 1]])] }),
  orderWith({ id: "GL-2", status: "shipped", currency: "USD" }),
];
const pending = orderWith({ id: "GL-3", status: "pending" });
delete pending.deliveredAt;
delete pending.shippedAt;
orders.push(pending);

const lamp: ItemRef = { orderId: "GL-1", line: 0 };
const kettle: ItemRef = { orderId: "GL-1", line: 1 };
const twoKettles: ItemRef = { ...kettle, quantity: 2 };
const later: ItemRef = { orderId: "GL-3", line: 1 };

const factsIn = (locale: (typeof LOCALES)[number], answers: Facts["answers"] = new Map()): Facts => ({
  locale,
  orders: new Map(orders.map((order) => [order.id, order])),
  products: new Map(products.map((product) => [product.id, product])),
  answers,
  told: new Map(),
  promised: new Map(),
  now: new Date("2026-11-22T08:00:00Z"),
});

const open = (kind: RequestKind, items: ItemRef[], rest: Partial<OpenRequest> = {}): OpenRequest => ({
  id: 1,
  kind,
  items,
  candidates: [],
  reason: null,
  exchangeFor: [],
  wantedText: null,
  asked: [],
  settled: [],
  ...rest,
});
const done = (kind: RequestKind, rest: Partial<ActionResult> = {}): ActionResult => ({
  action: { number: 1, kind, orderId: "GL-1", items: [{ line: 0 }, { line: 1, quantity: 2 }], reason: null },
  ok: true,
  ...rest,
});

/** Every key, in every form that reads differently: the type makes this list complete. */
const plain = <K extends Say["key"]>(key: K): Say[] => [{ key } as Say];
const sayings: Record<Say["key"], Say[]> = {
  greeting: plain("greeting"),
  thanks: plain("thanks"),
  goodbye: plain("goodbye"),
  anythingElse: plain("anythingElse"),
  outOfScope: plain("outOfScope"),
  keptPrivate: plain("keptPrivate"),
  clarify: plain("clarify"),
  offerPerson: plain("offerPerson"),
  whichOne: plain("whichOne"),
  nothingToConfirm: plain("nothingToConfirm"),
  abandoned: plain("abandoned"),
  denied: plain("denied"),
  holding: plain("holding"),
  handedOff: plain("handedOff"),
  ended: plain("ended"),
  paused: plain("paused"),
  reassure: plain("reassure"),
  callback: plain("callback"),
  resolved: plain("resolved"),
  noAnswer: plain("noAnswer"),
  oneMoment: plain("oneMoment"),
  pullBack: plain("pullBack"),
  unsure: plain("unsure"),
  selfHarm: plain("selfHarm"),
  agentJoined: [{ key: "agentJoined", name: "小王" }],
  agentLeft: [{ key: "agentLeft", name: "小王" }],
  ask: KINDS.flatMap((kind): Say[] => [
    {
      key: "ask",
      requests: [open(kind, [], { candidates: [lamp, kettle] })],
      missing: [{ request: 1, slots: ["items", "variant", "reason"] }],
    },
    { key: "ask", requests: [open(kind, [])], missing: [{ request: 1, slots: ["items"] }] },
    { key: "ask", requests: [open(kind, [lamp, twoKettles])], missing: [{ request: 1, slots: ["variant", "reason"] }] },
  ]),
  propose: KINDS.flatMap((kind): Say[] => [
    { key: "propose", requests: [open(kind, [lamp])], proposal: 1 },
    { key: "propose", requests: [open(kind, [lamp, later], { reason: "一直闪" })], proposal: 2 },
  ]),
  refused: KINDS.flatMap((kind) =>
    WHYS.flatMap((why): Say[] => [
      { key: "refused", kind, refused: [{ ref: null, why }] },
      {
        key: "refused",
        kind,
        refused: [
          { ref: lamp, why },
          { ref: later, why },
        ],
      },
    ]),
  ),
  notFound: [
    { key: "notFound", unknown: "自行车", kind: null },
    { key: "notFound", unknown: "自行车", kind: "return" },
  ],
  variantUnavailable: [
    { key: "variantUnavailable", item: lamp, wanted: "银色", available: [{ 颜色: "白色" }, { 颜色: "黑色" }] },
    { key: "variantUnavailable", item: lamp, wanted: "银色", available: [] },
  ],
  whatAbout: [
    { key: "whatAbout", items: [lamp] },
    { key: "whatAbout", items: [lamp, later] },
  ],
  quantityTooHigh: [{ key: "quantityTooHigh", item: { ...kettle, quantity: 9 }, available: 2 }],
  done: KINDS.flatMap((kind): Say[] => [
    { key: "done", results: [done(kind)] },
    ...FAILURES.map((why): Say => ({ key: "done", results: [done(kind, { ok: false, why })] })),
    { key: "done", results: [done(kind), done(kind, { ok: false, why: "out-of-stock" })] },
  ]),
  status: [
    { key: "status", orders: ["GL-1", "GL-2", "GL-3"], unknown: null },
    { key: "status", orders: [], unknown: "GL-9" },
    { key: "status", orders: [], unknown: null },
    { key: "status", orders: ["GL-1"], unknown: "GL-9" },
  ],
  answer: [{ key: "answer", question: "谁出运费？", answers: ["postage"] }],
  returnedToBot: [
    { key: "returnedToBot", summary: "" },
    { key: "returnedToBot", summary: "已退款" },
  ],
};
const table = LOCALES.flatMap((locale) =>
  Object.entries(sayings).flatMap(([key, says]) => says.map((say, index) => ({ locale, key, index, say }))),
);

describe("everything the machine says", () => {
  test.each(table)("$locale $key $index is a sentence", ({ locale, say }) => {
    const text = word(say, factsIn(locale, new Map([["谁出运费？", { text: "七天内由商家承担。" }]])));
    expect(text.trim()).not.toBe("");
    expect(text).not.toMatch(/undefined|null|NaN|Invalid Date|\[object|\{|\}/);
    // An item without a name would be worded "?", and an empty list leaves its marks behind.
    expect(text).not.toMatch(/(^|[\s，、：:(（])\?|(^|\n)- *($|\n)|、、|，，|, ,|“”/);
    expect(text).not.toMatch(/ {2}|exchangeed/);
    if (locale === "zh") expect(text).toMatch(/\p{Script=Han}/u);
    else
      expect(text.replaceAll(/一直闪|自行车|银色|小王|已退款|顺丰|item \d|七天内由商家承担。|退货/g, "")).not.toMatch(
        /\p{Script=Han}/u,
      );
  });

  test.each(table)("$locale $key $index has quick replies that say something", ({ locale, say }) => {
    for (const { label, text } of choicesFor([say], factsIn(locale))) {
      expect(label.trim()).not.toBe("");
      expect(text.trim()).not.toBe("");
      expect(`${label} ${text}`).not.toMatch(/undefined|(^| )\?|\[object/);
    }
  });

  test.each(LOCALES)("%s: no two fixed sentences are the same", (locale) => {
    const fixed = Object.values(sayings).flatMap((says) => says.filter((say) => Object.keys(say).length === 1));
    const texts = fixed.map((say) => word(say, factsIn(locale)));
    expect(new Set(texts).size).toBe(texts.length);
  });
});

describe("a proposal names all that will happen (D3)", () => {
  const requests = [
    open("return", [lamp, twoKettles], { id: 1, reason: "一直闪" }),
    open("exchange", [lamp], { id: 2, exchangeFor: [{ 颜色: "黑色" }], reason: "颜色不对" }),
    open("cancel", [later], { id: 3 }),
  ];
  const propose: Say = { key: "propose", requests, proposal: 1 };

  test.each([
    ["zh", ["护眼台灯（白色）", "电水壶 ×2", "电水壶 ×3", "退货", "换货", "取消", "黑色"]],
    ["en", ["Desk lamp (White)", "Kettle ×2", "Kettle ×3", "Return", "Exchange", "Cancel", "Black"]],
  ] as const)("%s: items, pieces, kinds, orders, variant, reasons and amounts", (locale, words) => {
    const text = word(propose, factsIn(locale));
    for (const expected of [...words, "GL-1", "GL-3", "一直闪", "颜色不对"]) expect(text).toContain(expected);
    // 199 for the lamp, 2 × 89 and 3 × 89 for the kettles; the exchange refunds nothing.
    for (const amount of ["199.00", "178.00", "267.00", "644.00"]) expect(text).toContain(amount);
  });

  test.each(LOCALES)("%s: one line for each item", (locale) => {
    expect(word(propose, factsIn(locale)).match(/^- /gm)).toHaveLength(4);
  });

  test.each(LOCALES)("%s: amounts in several currencies are not added up", (locale) => {
    const mixed: Say = {
      key: "propose",
      requests: [open("return", [lamp, { orderId: "GL-2", line: 0 }])],
      proposal: 1,
    };
    const text = word(mixed, factsIn(locale));
    expect(text).not.toContain("398");
    expect(text).toMatch(/(US)?\$199\.00/);
    expect(text).toMatch(/¥199\.00/);
  });

  test.each(LOCALES)("%s: can be answered by yes and by no", (locale) => {
    expect(choicesFor([propose], factsIn(locale))).toHaveLength(2);
  });
});

describe("asking", () => {
  test.each(LOCALES)("%s: every candidate is listed and is a quick reply", (locale) => {
    const say: Say = {
      key: "ask",
      requests: [open("return", [], { candidates: [lamp, kettle, later] })],
      missing: [{ request: 1, slots: ["items", "reason"] }],
    };
    expect(word(say, factsIn(locale)).match(/^- /gm)).toHaveLength(3);
    expect(choicesFor([say], factsIn(locale))).toHaveLength(4);
  });

  test.each(LOCALES)("%s: the same question for two requests is asked once", (locale) => {
    const say: Say = {
      key: "ask",
      requests: [open("return", []), open("return", [], { id: 2 })],
      missing: [1, 2].map((request) => ({ request, slots: ["items"] })),
    };
    expect(word(say, factsIn(locale)).split("\n")).toHaveLength(1);
  });

  test("without knowledge a question gets no made-up answer", () => {
    for (const locale of LOCALES) {
      const facts = factsIn(locale);
      expect(word({ key: "answer", question: "?", answers: ["gone"] }, facts)).toBe(word({ key: "noAnswer" }, facts));
    }
  });
});
