import { expect } from "@jest/globals";
import type { Message } from "../../src/api/schemas.ts";
import type { Chat } from "./chat.ts";

export const roles = (messages: Message[]): string[] => messages.map(({ role }) => role);

/** 1, 2, 3 …: nothing missing, nothing doubled. */
export function expectNumbered(messages: Message[]): void {
  expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1));
}

/** Up to the proposal to cancel an order that has not shipped; nothing is confirmed yet. */
export async function proposeToCancel(chat: Chat, orderId: string): Promise<void> {
  await chat.say(`取消订单${orderId}`);
  if ((await chat.view()).state === "COLLECT") await chat.say("跳过");
  expect((await chat.view()).state).toBe("CONFIRM");
}
