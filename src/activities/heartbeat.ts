import { Context } from "@temporalio/activity";

const HEARTBEAT_EVERY_MS = 3_000;

/** Heartbeats while `work` runs: how Temporal tells the activity that it was cancelled, and sees that its worker lives. */
export async function heartbeating<T>(work: () => Promise<T>): Promise<T> {
  const { heartbeat } = Context.current();
  const beat = setInterval(() => heartbeat(), HEARTBEAT_EVERY_MS);
  heartbeat();
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}
