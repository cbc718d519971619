/**
 * `npm run bench -- flood [--messages 10000 --per-s 500 --blocks 4]`: one user floods while others talk at a human pace; quiet and
 * flooded blocks take turns, so that a busy machine slows both (P2).
 */
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { attributesOf, eventName } from "../src/replay/events.ts";
import { fetchExecutions } from "../src/replay/fetch.ts";
import type { Talker } from "./conversations.ts";
import { message, talkers } from "./conversations.ts";
import { percentile } from "./measure.ts";
import { cpuMs } from "./processes.ts";
import type { Bench } from "./servers.ts";
import { startBench } from "./servers.ts";
import type { Subject } from "./subjects.ts";
import { subjects } from "./subjects.ts";

const flooder = fileURLToPath(new URL("./flood-user.ts", import.meta.url));
/** What a person needs to read and write at the very least; within what a bucket loses. */
const PACE_MS = 800;
/** As users have it by default. */
const LIMITS = { BUCKET_CAPACITY: "20", BUCKET_LEAK_PER_S: "2" };

interface Flooded {
  answers: Record<string, number>;
  elapsedMs: number;
}

/** Everybody says something at their pace until `done`; how long the replies took, ms. */
async function talk(speakers: Array<() => Promise<void>>, done: Promise<unknown>): Promise<number[]> {
  const latenciesMs: number[] = [];
  let over = false;
  void done.finally(() => {
    over = true;
  });
  await Promise.all(
    speakers.map(async (say, index) => {
      // Not all at the same moment.
      await sleep((PACE_MS / speakers.length) * index);
      while (!over) {
        const saidAt = performance.now();
        await say();
        const took = performance.now() - saidAt;
        latenciesMs.push(took);
        await sleep(Math.max(0, PACE_MS - took));
      }
    }),
  );
  return latenciesMs;
}

async function flood(bench: Bench, sessionId: string, token: string, count: number, perS: number): Promise<Flooded> {
  const url = `${bench.apiUrl}/v1/sessions/${sessionId}/messages`;
  const { stdout } = await promisify(execFile)(process.execPath, [flooder, url, token, String(count), String(perS)]);
  return JSON.parse(stdout) as Flooded;
}

/** Signals that reached the flooded session's workflow. */
async function signalsOf(bench: Bench, sessionId: string): Promise<number> {
  const events = (await fetchExecutions(bench.client, sessionId)).flatMap((execution) => execution.events);
  return events.filter(
    (event) => eventName(event) === "WorkflowExecutionSignaled" && attributesOf(event).signalName === "customerMessage",
  ).length;
}

export async function benchFlood(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      messages: { type: "string", default: "10000" },
      "per-s": { type: "string", default: "500" },
      blocks: { type: "string", default: "4" },
    },
  });
  const [count, perS, blocks] = [values.messages, values["per-s"], values.blocks].map(Number) as [
    number,
    number,
    number,
  ];
  const bench = await startBench((text) => console.error(text), LIMITS);
  try {
    const http = subjects.find(({ name }) => name === "http") as Subject;
    const [attacker, ...others] = await talkers();
    const speakers = await Promise.all(others.map(async (talker) => speakerOf(bench, http, talker)));
    const { sessionId, token } = await openFor(bench, attacker as Talker);
    await talk(speakers, sleep(5_000));
    const quiet: number[] = [];
    const flooded: number[] = [];
    const answers: Record<string, number> = {};
    let floodedMs = 0;
    let apiCpuMs = 0;
    for (let block = 0; block < blocks; block++) {
      const cpuBefore = (await cpuMs(bench.pids.api)) ?? 0;
      const flooding = flood(bench, sessionId, token, Math.ceil(count / blocks), perS);
      flooded.push(...(await talk(speakers, flooding)));
      const result = await flooding;
      floodedMs += result.elapsedMs;
      const cpuAfter = (await cpuMs(bench.pids.api)) ?? 0;
      for (const [status, times] of Object.entries(result.answers)) answers[status] = (answers[status] ?? 0) + times;
      quiet.push(...(await talk(speakers, sleep(result.elapsedMs))));
      // What the others cost in as long a time is none of the flood's.
      apiCpuMs += cpuAfter - cpuBefore - (((await cpuMs(bench.pids.api)) ?? 0) - cpuAfter);
    }
    const [before, during] = [quiet, flooded].map((all) => all.sort((a, b) => a - b)) as [number[], number[]];
    const ratio = (share: number): string => (percentile(during, share) / percentile(before, share)).toFixed(2);
    console.log(
      `flood: ${count} messages at ${Math.round((count / floodedMs) * 1_000)}/s, answered ${JSON.stringify(answers)}`,
    );
    console.log(`others: ${speakers.length}, turns quiet ${before.length}, flooded ${during.length}`);
    for (const [name, share] of [
      ["p50", 0.5],
      ["p99", 0.99],
    ] as const)
      console.log(
        `${name} quiet ${percentile(before, share).toFixed(0)} ms, flooded ${percentile(during, share).toFixed(0)} ms: ${ratio(share)}x`,
      );
    console.log(`the API's CPU for the flood: ${(apiCpuMs / count).toFixed(2)} ms a message`);
    console.log(`reached the flooded workflow: ${await signalsOf(bench, sessionId)} signals`);
  } finally {
    await bench.stop();
  }
}

async function speakerOf(bench: Bench, http: Subject, talker: Talker): Promise<() => Promise<void>> {
  const { say } = await http.open(bench, talker);
  let turn = 0;
  return () => say(turn++);
}

async function openFor(bench: Bench, talker: Talker): Promise<{ sessionId: string; token: string }> {
  const claims = { role: "customer", sub: talker.customerId, tenant: bench.config.TENANT } as const;
  const { token } = await bench.tokens.sign(claims, bench.config.TOKEN_TTL_S);
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const opened = await fetch(`${bench.apiUrl}/v1/sessions`, { method: "POST", headers, body: "{}" });
  const { sessionId } = (await opened.json()) as { sessionId: string };
  const first = JSON.stringify({ messageId: "first", text: message(talker, 0, 0) });
  await fetch(`${bench.apiUrl}/v1/sessions/${sessionId}/messages`, { method: "POST", headers, body: first });
  return { sessionId, token };
}
