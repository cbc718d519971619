/** Signals, queries and updates of the workflows: the whole surface that the API may touch. */
import { defineQuery, defineSignal, defineUpdate } from "@temporalio/workflow";
import type { AgentRef, HandoffEvent, HandoffView, InboundMessage } from "../dialogue/session.ts";
import type { SessionView } from "../dialogue/view.ts";

export const customerMessage = defineSignal<[InboundMessage]>("customerMessage");
export const handoffEvent = defineSignal<[HandoffEvent]>("handoffEvent");
export const control = defineSignal<["end" | "forceHandoff"]>("control");
export const view = defineQuery<SessionView>("view");

/** Exactly one agent wins; the others fail with `Handoff.Taken`. Claiming twice is the same claim. */
export const claim = defineUpdate<HandoffView, [AgentRef]>("claim");
export const release = defineUpdate<HandoffView, [AgentRef]>("release");
export const giveBack = defineUpdate<HandoffView, [AgentRef, string]>("return");
export const resolve = defineUpdate<HandoffView, [AgentRef, string]>("resolve");
export const agentMessage =
  defineSignal<[{ agent: AgentRef; messageId: string; text: string; at: number }]>("agentMessage");
export const sessionEnded = defineSignal("sessionEnded");
