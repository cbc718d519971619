import type { DialogueState } from "../src/dialogue/types.ts";
import { eventName, localActivity } from "../src/replay/events.ts";
import { fetchExecutions } from "../src/replay/fetch.ts";
import { openMessage } from "../src/store/sealed.ts";
import type { Bench } from "./servers.ts";

/** What a turn leaves behind, on average. */
export interface TurnCost {
  events: number;
  bytes: number;
  activities: number;
  localActivities: number;
}

/** Events so far, by workflow id. */
export async function historyLengths({ client }: Bench, workflowIds: string[]): Promise<Map<string, number>> {
  const lengths = new Map<string, number>();
  for (const id of workflowIds) lengths.set(id, (await client.workflow.getHandle(id).describe()).historyLength);
  return lengths;
}

/** What was written since `from`, by turn. */
export async function turnCost({ client }: Bench, from: Map<string, number>, turns: number): Promise<TurnCost> {
  const total = { events: 0, bytes: 0, activities: 0, localActivities: 0 };
  for (const [workflowId, length] of from) {
    for (const { events, bytes } of await fetchExecutions(client, workflowId)) {
      for (const [index, event] of events.entries()) {
        if (event.eventId <= length) continue;
        total.events += 1;
        total.bytes += bytes[index] ?? 0;
        if (eventName(event) === "ActivityTaskScheduled") total.activities += 1;
        if (localActivity(event)) total.localActivities += 1;
      }
    }
  }
  const { events, bytes, activities, localActivities } = total;
  return {
    events: events / turns,
    bytes: bytes / turns,
    activities: activities / turns,
    localActivities: localActivities / turns,
  };
}

const SCRIPTED: DialogueState[] = ["COLLECT", "CONFIRM", "CONFIRM", "INIT"];

/** The share of turns that went where the script leads, 0 to 1: a fast wrong answer is no result. */
export async function asScripted({ store, keyring }: Bench, sessionIds: string[]): Promise<number> {
  const replies = store.messages.find({ sessionId: { $in: sessionIds }, hasView: true });
  let turns = 0;
  let right = 0;
  for await (const sealed of replies) {
    const { view } = await openMessage(keyring, sealed);
    turns += 1;
    if (view && view.state === SCRIPTED[(view.turn - 1) % SCRIPTED.length]) right += 1;
  }
  return right / turns;
}
