/** One user who floods, in a process of their own: `node bench/flood-user.ts URL TOKEN MESSAGES PER_S`; prints what they were answered. */
import { randomUUID } from "node:crypto";

const [url = "", token = "", count = "0", perS = "1"] = process.argv.slice(2);
/** Sent each time, so that timers needn't be finer than a machine's. */
const TICK_MS = 20;
const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
const answers: Record<string, number> = {};
let sent = 0;

async function post(): Promise<void> {
  const body = JSON.stringify({ messageId: randomUUID(), text: "flood" });
  const status = await fetch(url, { method: "POST", headers, body }).then(
    async (response) => {
      await response.arrayBuffer();
      return String(response.status);
    },
    () => "failed",
  );
  answers[status] = (answers[status] ?? 0) + 1;
}

const startedAt = performance.now();
const pending: Array<Promise<void>> = [];
while (sent < Number(count)) {
  const due = Math.min(Number(count), Math.ceil(((performance.now() - startedAt) / 1_000) * Number(perS)));
  for (; sent < due; sent++) pending.push(post());
  await new Promise((resolve) => setTimeout(resolve, TICK_MS));
}
await Promise.all(pending);
console.log(JSON.stringify({ answers, elapsedMs: performance.now() - startedAt }));
