/** What asks back about earlier conversations, and what only sounds like it (T4). */
import { expect, test } from "@jest/globals";
import { asksAboutPast } from "../src/understanding/past.ts";
import { normalize } from "../src/understanding/text.ts";

test.each([
  "上次你们怎么答复我的？",
  "之前问过吊牌剪掉还能不能退，你们怎么答复的？",
  "给女朋友换表带那次换的什么颜色",
  "灰色那副耳机最后是退还是换成黑的了",
  "五月份你们答应过我什么",
  "What did you promise me last time?",
  "Which size did I swap the pinching shoes for?",
  "why was the monitor cancelled back then?",
  "When I was moving abroad, what exactly did you cancel?",
])("asks back: %s", (text) => expect(asksAboutPast(normalize(text))).toBe(true));

test.each([
  "上次买的台灯能退吗",
  "之前那个订单到哪了",
  "我前几天买的台灯一直闪，能退吗？",
  "帮我把上次买的鞋退了",
  "怎么退货",
  "that lamp I bought last time, can I return it?",
  "Was my parcel delivered?",
  "did you send the replacement yet",
  "I was charged twice, why?",
  "what did I order recently",
  "I changed my mind back then",
])("asks nothing of the past: %s", (text) => expect(asksAboutPast(normalize(text))).toBe(false));
