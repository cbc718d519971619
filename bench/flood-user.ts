/** One user who floods, in a process of their own: `node bench/flood-user.ts URL TOKEN MESSAGES PER_S`; prints what they were answered. */
import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";
import { constants, setPriority } from "node:os";

const [url = "", token = "", count = "0", perS = "1"] = process.argv.slice(2);
/** Sent each time, so that timers needn't be finer than a machine's. */
const TICK_MS = 20;
const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
const agent = new Agent({ keepAlive: true, maxSockets: 32 });
// An attacker's machine isn't ours: here it takes what is left.
setPriority(constants.priority.PRIORITY_LOW);
const answers: Record<string, number> = {};
let sent = 0;

function post(): Promise<void> {
  const body = JSON.stringify({ messageId: randomUUID(), text: "flood" });
  return new Promise((resolve) => {
    const done = (answer: string): void => {
      answers[answer] = (answers[answer] ?? 0) + 1;
      resolve();
    };
    const sending = request(url, { method: "POST", agent, headers }, (response) => {
      response.resume().once("end", () => done(String(response.statusCode)));
    });
    sending.once("error", () => done("failed"));
    sending.end(body);
  });
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
