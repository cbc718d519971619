import type { Prediction, PredictRequest } from "./types.ts";

export interface Shot {
  request: Pick<PredictRequest, "text" | "window" | "situation">;
  prediction: Required<Prediction>;
}

const slots = { product: null, order_id: null, reason: null, wanted: null };
const start = { window: [], situation: "INIT" };

/** Seven examples per language; a model follows those in the customer's own language best (measured). */
export const SHOTS: Record<PredictRequest["locale"], Shot[]> = {
  zh: [
    {
      request: { ...start, text: "上周买的吹风机吹两下就停，能退吗" },
      prediction: {
        steps: "问能不能退，就是要退货；东西是吹风机；原因是吹两下就停。",
        acts: [{ ...slots, intent: "return", product: "吹风机", reason: "吹两下就停" }],
        answer: null,
        confidence: 0.96,
      },
    },
    {
      request: { ...start, text: "KX-20418 那双跑鞋小了，给我换42码的" },
      prediction: {
        steps: "要换尺码，是换货；订单号 KX-20418；东西是跑鞋；原因是小了；想要42码。",
        acts: [{ intent: "exchange", product: "跑鞋", order_id: "KX-20418", reason: "小了", wanted: "42码" }],
        answer: null,
        confidence: 0.97,
      },
    },
    {
      request: { ...start, text: "保温杯不要了帮我取消，另外 88120935 这单到哪了" },
      prediction: {
        steps: "两件事：取消保温杯的订单，没说原因；查订单 88120935 的物流。",
        acts: [
          { ...slots, intent: "cancel", product: "保温杯" },
          { ...slots, intent: "order_status", order_id: "88120935" },
        ],
        answer: null,
        confidence: 0.95,
      },
    },
    {
      request: {
        window: [{ role: "assistant", text: "为您办理退货：电饭煲 ×1。确认吗？" }],
        situation: "CONFIRM return: waiting for yes or no",
        text: "嗯，可以的",
      },
      prediction: { steps: "是在回答确认，同意了，没有新的要求。", acts: [], answer: "yes", confidence: 0.98 },
    },
    {
      request: {
        window: [{ role: "assistant", text: "请问退货的原因是什么？" }],
        situation: "COLLECT return: waiting for reason",
        text: "颜色跟图片差太多了",
      },
      prediction: {
        steps: "在回答退货原因。",
        acts: [{ ...slots, intent: "return", reason: "颜色跟图片差太多了" }],
        answer: null,
        confidence: 0.94,
      },
    },
    {
      request: { ...start, text: "买的东西不合适，寄回去邮费谁出啊" },
      prediction: {
        steps: "问的是邮费由谁承担，是政策问题，还没有要退。",
        acts: [{ ...slots, intent: "question" }],
        answer: null,
        confidence: 0.9,
      },
    },
    {
      request: {
        window: [{ role: "assistant", text: "为您办理退货：风衣 ×1。确认吗？" }],
        situation: "CONFIRM return: waiting for yes or no",
        text: "不是退，我要换成黑色的",
      },
      prediction: {
        steps: "否认了退货，改为换货，想要黑色的。",
        acts: [{ ...slots, intent: "exchange", wanted: "黑色的" }],
        answer: "no",
        confidence: 0.95,
      },
    },
  ],
  en: [
    {
      request: { ...start, text: "the hair dryer I got last week cuts out after a minute, can I send it back?" },
      prediction: {
        steps: "Asks to send it back: a return. Item: hair dryer. Reason: cuts out after a minute.",
        acts: [{ ...slots, intent: "return", product: "hair dryer", reason: "cuts out after a minute" }],
        answer: null,
        confidence: 0.96,
      },
    },
    {
      request: { ...start, text: "Running shoes from KX-20418 are too small, swap them for a 10 please" },
      prediction: {
        steps: "Wants another size: an exchange. Order KX-20418, running shoes, reason too small, wanted a 10.",
        acts: [
          { intent: "exchange", product: "Running shoes", order_id: "KX-20418", reason: "too small", wanted: "a 10" },
        ],
        answer: null,
        confidence: 0.97,
      },
    },
    {
      request: { ...start, text: "please cancel the thermos, and where is order 88120935?" },
      prediction: {
        steps: "Two things: cancel the thermos, no reason given; the status of order 88120935.",
        acts: [
          { ...slots, intent: "cancel", product: "thermos" },
          { ...slots, intent: "order_status", order_id: "88120935" },
        ],
        answer: null,
        confidence: 0.95,
      },
    },
    {
      request: {
        window: [{ role: "assistant", text: "I'll return 1 × rice cooker. Shall I go ahead?" }],
        situation: "CONFIRM return: waiting for yes or no",
        text: "yep, go for it",
      },
      prediction: {
        steps: "Answers the confirmation with yes; nothing new.",
        acts: [],
        answer: "yes",
        confidence: 0.98,
      },
    },
    {
      request: {
        window: [{ role: "assistant", text: "What is the reason for the return?" }],
        situation: "COLLECT return: waiting for reason",
        text: "the colour looks nothing like the photo",
      },
      prediction: {
        steps: "Gives the reason for the return.",
        acts: [{ ...slots, intent: "return", reason: "the colour looks nothing like the photo" }],
        answer: null,
        confidence: 0.94,
      },
    },
    {
      request: { ...start, text: "if something doesn't fit, who pays the postage back?" },
      prediction: {
        steps: "Asks who pays the postage: a question about policy, nothing is returned yet.",
        acts: [{ ...slots, intent: "question" }],
        answer: null,
        confidence: 0.9,
      },
    },
    {
      request: {
        window: [{ role: "assistant", text: "I'll return 1 × trench coat. Shall I go ahead?" }],
        situation: "CONFIRM return: waiting for yes or no",
        text: "no not a return, I want it in black instead",
      },
      prediction: {
        steps: "Denies the return and wants an exchange: in black.",
        acts: [{ ...slots, intent: "exchange", wanted: "in black" }],
        answer: "no",
        confidence: 0.95,
      },
    },
  ],
};
