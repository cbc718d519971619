import { CATALOG, INTENTS } from "../../intents/catalog/index.ts";
import type { Prediction, PredictRequest } from "../types.ts";

/**
 * The small model's own prompt. At 0.5 billion parameters it follows one flat object far better than a list of acts, so it
 * reports the first act only; an accepted or declined question is two more labels beside the intents.
 */
export const SMALL_LABELS = [...INTENTS, "yes", "no"] as const;

export interface SmallAnswer {
  intent: (typeof SMALL_LABELS)[number];
  product: string | null;
  order_id: string | null;
  reason: string | null;
  wanted: string | null;
}

/** Of the assistant's last words, enough to know what was asked; every token here is read anew for each message. */
const MAX_ASKED_CHARS = 80;

type Locale = PredictRequest["locale"];
type SmallShot = [text: string, answer: Partial<SmallAnswer> & Pick<SmallAnswer, "intent">];

export const SMALL_SYSTEM: Record<Locale, string> = {
  zh: `你给网店顾客的消息做标注，只输出一个 JSON。intent：
${CATALOG.map(({ name, line }) => `${name} ${line.zh}`).join("\n")}
yes / no 同意 / 拒绝客服刚问的事
product、order_id、reason、wanted 从消息里原样抄，没说就是 null。`,
  en: `You label messages that customers write to an online shop, as one JSON object. intent:
${CATALOG.map(({ name, line }) => `${name}: ${line.en}`).join("\n")}
yes / no: accepts / declines what the assistant asked
Copy product, order_id, reason and wanted from the message; null if not said.`,
};

export const SMALL_SHOTS: Record<Locale, SmallShot[]> = {
  zh: [
    ["上周买的吹风机吹两下就停，能退吗", { intent: "return", product: "吹风机", reason: "吹两下就停" }],
    ["你好", { intent: "smalltalk" }],
    ["保温杯不想要了，帮我取消", { intent: "cancel", product: "保温杯", reason: "不想要了" }],
    ["88120935 这单到哪了", { intent: "order_status", order_id: "88120935" }],
    ["我的包裹怎么还没到啊", { intent: "order_status" }],
    [
      "KX-20418 那双跑鞋小了，给我换42码的",
      { intent: "exchange", product: "跑鞋", order_id: "KX-20418", reason: "小了", wanted: "42码" },
    ],
    ["退货的话邮费谁出", { intent: "question" }],
    ["帮我写首诗", { intent: "out_of_scope" }],
    ["别绕了，叫个真人来", { intent: "human" }],
    ["(CONFIRM return) 确认退货吗？\n嗯，可以的", { intent: "yes" }],
    ["(COLLECT return) 请问退货原因是什么？\n颜色跟图片差太多", { intent: "return", reason: "颜色跟图片差太多" }],
    ["谢谢啦，生意兴隆", { intent: "smalltalk" }],
  ],
  en: [
    [
      "the hair dryer I got last week cuts out after a minute, can I send it back?",
      { intent: "return", product: "hair dryer", reason: "cuts out after a minute" },
    ],
    ["hi there", { intent: "smalltalk" }],
    [
      "cancel the thermos, I don't need it any more",
      { intent: "cancel", product: "thermos", reason: "I don't need it any more" },
    ],
    ["where is order 88120935?", { intent: "order_status", order_id: "88120935" }],
    ["why hasn't my parcel come yet", { intent: "order_status" }],
    [
      "Running shoes from KX-20418 are too small, swap them for a 10",
      { intent: "exchange", product: "Running shoes", order_id: "KX-20418", reason: "too small", wanted: "a 10" },
    ],
    ["do I pay the postage if I return something?", { intent: "question" }],
    ["write me a poem", { intent: "out_of_scope" }],
    ["stop going in circles, get me a real person", { intent: "human" }],
    ["(CONFIRM return) Shall I go ahead?\nyep, go for it", { intent: "yes" }],
    [
      "(COLLECT return) What is the reason for the return?\nthe colour looks nothing like the photo",
      { intent: "return", reason: "the colour looks nothing like the photo" },
    ],
    ["thanks, have a nice day", { intent: "smalltalk" }],
  ],
};

/** A request as the model sees it: the open task and what was asked, if any, then the message. */
export function smallRequestText(request: Pick<PredictRequest, "text" | "window" | "situation">): string {
  const state = /^(COLLECT|CONFIRM)( \w+)?/.exec(request.situation)?.[0];
  if (state === undefined) return request.text;
  const asked = request.window.findLast((turn) => turn.role === "assistant" || turn.role === "agent")?.text ?? "";
  return `(${state}) ${asked.replaceAll("\n", " ").slice(-MAX_ASKED_CHARS)}\n${request.text}`;
}

/** Fields in one order always: the model continues what it has seen. */
export function smallAnswerText(answer: SmallShot[1]): string {
  const { intent, product = null, order_id = null, reason = null, wanted = null } = answer;
  return JSON.stringify({ intent, product, order_id, reason, wanted });
}

/** @param confidence probability of the label, 0..1 */
export function toPrediction(answer: SmallAnswer, confidence: number): Prediction {
  const { intent, ...slots } = answer;
  const steps = `small model: ${intent}`;
  if (intent === "yes" || intent === "no") return { steps, acts: [], answer: intent, confidence };
  return { steps, acts: [{ intent, ...slots }], answer: null, confidence };
}
