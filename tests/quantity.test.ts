/** How many pieces a customer means, and how many stay. */
import { expect, test } from "@jest/globals";
import { countIn, keptIn } from "../src/understanding/quantity.ts";

test.each<[string, number | null, number | null]>([
  ["i've got 8 balls of wool and only need 5，could you cancel 3", 3, null],
  ["买了8个只要5个，取消3个", 3, null],
  ["i only need 1 set not 2", 1, 1],
  ["just want two of them", 2, 2],
  ["一共五瓶，只要两瓶", 2, 2],
  ["留下三个就行", null, 3],
  ["return one of my two lamps", 1, null],
  ["退其中的两件", 2, null],
  ["keep one of them", 1, null],
  ["第二个", null, null],
  ["上周买的灯", null, null],
])("%s: %j meant, %j kept", (text, counted, kept) => {
  expect(countIn(text)).toBe(counted);
  expect(keptIn(text)).toBe(kept);
});
