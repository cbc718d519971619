/** The embedded servers, real ones: durable across kill -9, one copy a data folder, nothing left behind. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Client, Connection } from "@temporalio/client";
import { MongoClient } from "mongodb";
import { readInstance, writeInstance } from "../src/embedded/instance.ts";
import { lockDataDir } from "../src/embedded/lock.ts";
import { assertPortFree, freePort } from "../src/embedded/ports.ts";
import { assertAccepts } from "../src/embedded/probe.ts";
import { isAlive } from "../src/embedded/processes.ts";
import { bucketName } from "../src/embedded/s3.ts";
import { startEmbedded } from "../src/embedded/start.ts";
import type { Embedded, EmbeddedOptions } from "../src/embedded/types.ts";

// A first run downloads the servers.
const startTimeoutMs = 180_000;
const conditionTimeoutMs = 30_000;
const cacheDir = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "colloquy");

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "colloquy-embedded-"));
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

function optionsFor(name: string, more: Partial<EmbeddedOptions> = {}): EmbeddedOptions {
  return { dataDir: join(root, name), cacheDir, configured: {}, headless: true, onProgress: () => {}, ...more };
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + conditionTimeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for: ${what}`);
    await sleep(50);
  }
}

interface Written {
  workflowId: string;
  documentId: string;
  key: string;
}

async function writeAll(embedded: Embedded): Promise<Written> {
  const written = { workflowId: randomUUID(), documentId: randomUUID(), key: `cold/${randomUUID()}` };
  await withClients(embedded, async ({ temporal, mongo, s3 }) => {
    await temporal.workflow.start("waitsForAWorker", { workflowId: written.workflowId, taskQueue: "nobody" });
    await temporal.workflow.getHandle(written.workflowId).signal("customerMessage", "灯一直闪");
    await mongo
      .db("shop")
      .collection("orders")
      .insertOne({ id: written.documentId, items: [{ name: "台灯" }] });
    await s3.send(new PutObjectCommand({ Bucket: bucketName, Key: written.key, Body: "台灯" }));
  });
  return written;
}

async function expectAll(embedded: Embedded, written: Written): Promise<void> {
  await withClients(embedded, async ({ temporal, mongo, s3 }) => {
    const description = await temporal.workflow.getHandle(written.workflowId).describe();
    expect(description.status.name).toBe("RUNNING");
    const history = await temporal.workflow.getHandle(written.workflowId).fetchHistory();
    expect(history.events?.some((event) => event.workflowExecutionSignaledEventAttributes)).toBe(true);
    const order = await mongo.db("shop").collection("orders").findOne({ id: written.documentId });
    expect(order?.items).toEqual([{ name: "台灯" }]);
    const object = await s3.send(new GetObjectCommand({ Bucket: bucketName, Key: written.key }));
    expect(await object.Body?.transformToString()).toBe("台灯");
  });
}

interface Clients {
  temporal: Client;
  mongo: MongoClient;
  s3: S3Client;
}

async function withClients(embedded: Embedded, use: (clients: Clients) => Promise<void>): Promise<void> {
  const connection = await Connection.connect({ address: embedded.temporal.address });
  const mongo = new MongoClient(embedded.mongodb.uri);
  const { endpoint, accessKeyId, secretAccessKey } = embedded.s3;
  const credentials = { accessKeyId, secretAccessKey };
  const s3 = new S3Client({ endpoint, credentials, region: "us-east-1", forcePathStyle: true });
  try {
    await use({ temporal: new Client({ connection }), mongo, s3 });
  } finally {
    s3.destroy();
    await mongo.close();
    await connection.close();
  }
}

function pidsOf(embedded: Embedded): number[] {
  return [embedded.temporal, embedded.mongodb, embedded.s3].map(({ pid }) => {
    if (pid === undefined) throw new Error("an embedded server without a pid");
    return pid;
  });
}

describe("startEmbedded", () => {
  test(
    "keeps what was written when all three servers are killed with -9",
    async () => {
      const first = await startEmbedded(optionsFor("killed"));
      const written = await writeAll(first);
      for (const pid of pidsOf(first)) process.kill(pid, "SIGKILL");
      expect(await Promise.all([first.temporal.exited, first.mongodb.exited, first.s3.exited])).toEqual([
        "temporal ended unexpectedly (SIGKILL)",
        "mongodb ended unexpectedly (SIGKILL)",
        "s3 ended unexpectedly (SIGKILL)",
      ]);
      await first.stop();

      const second = await startEmbedded(optionsFor("killed"));
      try {
        await expectAll(second, written);
      } finally {
        await second.stop();
      }
    },
    startTimeoutMs,
  );

  test(
    "refuses a second copy on the same data folder and leaves nothing running after stop",
    async () => {
      const embedded = await startEmbedded(optionsFor("locked"));
      const pids = pidsOf(embedded);
      try {
        await writeInstance(join(root, "locked"), instanceOf("http://127.0.0.1:3000"));
        await expect(startEmbedded(optionsFor("locked"))).rejects.toThrow(
          new RegExp(`already \\(pid ${process.pid} at http://127\\.0\\.0\\.1:3000.*DATA_DIR=`),
        );
        expect(await Promise.all(pids.map(isAlive))).toEqual([true, true, true]);
      } finally {
        await Promise.all([embedded.stop(), embedded.stop()]);
      }
      expect(await Promise.all(pids.map(isAlive))).toEqual([false, false, false]);
      await (await lockDataDir(join(root, "locked"))).release();
    },
    startTimeoutMs,
  );

  test(
    "ends the servers that a killed starter left, and goes on with their data",
    async () => {
      const script = `
        import { startEmbedded } from ${JSON.stringify(new URL("../src/embedded/start.ts", import.meta.url).href)};
        const options = ${JSON.stringify({ ...optionsFor("crashed"), onProgress: undefined })};
        const { temporal, mongodb, s3 } = await startEmbedded({ ...options, onProgress: () => {} });
        process.stdout.write(JSON.stringify({ temporal, mongodb, s3 }) + "\\n");`;
      const starter = spawn(process.execPath, ["--input-type=module", "-e", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let output = "";
      starter.stdout.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
      await until("the starter to report", async () => output.includes("\n") || starter.exitCode !== null);
      const left = JSON.parse(output) as Embedded;
      const written = await writeAll(left);
      starter.kill("SIGKILL");
      await until("the starter to be gone", async () => starter.signalCode !== null);
      expect(await Promise.all(pidsOf(left).map(isAlive))).toEqual([true, true, true]);

      const next = await startEmbedded(optionsFor("crashed"));
      try {
        expect(await Promise.all(pidsOf(left).map(isAlive))).toEqual([false, false, false]);
        await expectAll(next, written);
      } finally {
        await next.stop();
      }
    },
    startTimeoutMs,
  );

  test("names the setting of every configured server that doesn't answer, and stops the others", async () => {
    const closed = await freePort();
    const configured = {
      temporalAddress: `127.0.0.1:${closed}`,
      mongodbUri: `mongodb://127.0.0.1:${closed}/?serverSelectionTimeoutMS=500`,
    };
    const failed = startEmbedded(optionsFor("unreachable", { configured }));
    await expect(failed).rejects.toThrow(/TEMPORAL_ADDRESS\) doesn't answer[\s\S]*MONGODB_URI\) doesn't answer/);
    await expect(stat(join(root, "unreachable", "run", "s3.pid"))).rejects.toThrow("ENOENT");
  });
});

function instanceOf(apiUrl: string) {
  const addresses = {
    temporalAddress: "127.0.0.1:1",
    mongodbUri: "mongodb://127.0.0.1:2",
    s3Endpoint: "http://127.0.0.1:3",
  };
  return { pid: process.pid, apiUrl, ...addresses, startedAt: new Date().toISOString() };
}

describe("the running instance", () => {
  test("is found by its data folder, in a file only its owner reads", async () => {
    const dataDir = join(root, "instance");
    await expect(readInstance(dataDir)).rejects.toThrow(/Nothing runs on the data folder .*npm start/);
    const instance = instanceOf("http://127.0.0.1:3000");
    await writeInstance(dataDir, instance);
    expect(await readInstance(dataDir)).toEqual(instance);
    expect((await stat(join(dataDir, "instance.json"))).mode & 0o777).toBe(0o600);
    await writeInstance(dataDir, { ...instance, pid: await deadPid() });
    await expect(readInstance(dataDir)).rejects.toThrow("Nothing runs");
  });

  test("a dead owner's lock is taken over by exactly one of many", async () => {
    const dataDir = join(root, "stale");
    await lockDataDir(dataDir);
    const path = join(dataDir, "lock");
    await writeFile(path, (await readFile(path, "utf8")).replace(/"pid":\d+/, `"pid":${await deadPid()}`));
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockDataDir(dataDir)));
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
  });

  test("a lock whose pid another process has by now counts as dead", async () => {
    const dataDir = join(root, "reused");
    await lockDataDir(dataDir);
    const path = join(dataDir, "lock");
    await writeFile(path, (await readFile(path, "utf8")).replace(/"processStart":"[^"]+"/, '"processStart":"then"'));
    await (await lockDataDir(dataDir)).release();
  });
});

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => child.once("exit", resolve));
  return child.pid ?? 0;
}

test("a taken port is named, with the way to choose another", async () => {
  const server = createServer();
  const port = await freePort();
  await assertPortFree(port);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  await assertAccepts(`127.0.0.1:${port}`);
  await expect(assertPortFree(port)).rejects.toThrow(
    `Port ${port} of 127.0.0.1 is taken by another program (or another copy of Colloquy). Choose another: PORT=${port + 1} npm start`,
  );
  await new Promise((resolve) => server.close(resolve));
});
