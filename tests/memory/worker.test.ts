/** What a worker does around memory: its schedule, and telling operators. */

import { expect, test } from "@jest/globals";
import { Client } from "@temporalio/client";
import { NativeConnection } from "@temporalio/worker";
import { Registry } from "prom-client";
import type { Embedder } from "../../src/models/types.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { startMemory } from "../../src/worker/memory.ts";
import { archiveSweep, ensureSchedule, sweepScheduleId } from "../../src/worker/schedule.ts";
import { createCleanUp } from "../support/cleanup.ts";
import { openCorner } from "../support/servers.ts";

const cleanUp = createCleanUp();
const embedder: Embedder = { id: "none", dimensions: 8, embed: async (texts) => texts.map(() => new Float32Array(8)) };

test("the sweep is scheduled once, however many workers ask for it, and a changed interval is taken over", async () => {
  const corner = await openCorner();
  cleanUp(() => corner.close());
  const connection = await NativeConnection.connect({ address: corner.config.TEMPORAL_ADDRESS ?? "" });
  cleanUp(() => connection.close());
  const { schedule } = new Client({ connection, namespace: corner.config.TEMPORAL_NAMESPACE });
  const handle = schedule.getHandle(sweepScheduleId(corner.config));
  const everyMs = async () => Number((await handle.describe()).spec.intervals?.[0]?.every);

  const sweep = archiveSweep(corner.config);
  await Promise.all([sweep, sweep].map((recurring) => ensureSchedule(connection, corner.config, recurring)));
  cleanUp(() => handle.delete());
  expect(await everyMs()).toBe(3_600_000);
  await ensureSchedule(connection, corner.config, { ...sweep, everyMs: 60_000 });
  expect(await everyMs()).toBe(60_000);
  expect((await handle.describe()).action).toMatchObject({ workflowType: "archiveSweepWorkflow" });
});

test("a customer whose past can't be had is counted where operators look", async () => {
  // A port of nobody's: S3 is away.
  const corner = await openCorner({ S3_ENDPOINT: "http://127.0.0.1:9" });
  cleanUp(() => corner.close());
  const metrics = new Registry();
  const log = createLogger("silent", "test");
  const embedding = { embedder, mean: new Float32Array(8) };
  const { memory, closeMemory } = startMemory({
    config: corner.config,
    log,
    store: corner.store,
    sealer: corner.keyring,
    embedding,
    metrics,
  });
  cleanUp(closeMemory);
  const { tenant } = corner;
  await corner.store.archiveEntries.insertOne({
    tenant,
    who: "c:c-lin",
    file: "archive/gone.parquet",
    place: { start: 4, sizes: [10], rows: 1 },
    row: 0,
    sessions: [{ id: "s-1", at: new Date(), digest: "x" }],
    lastAt: new Date(),
  });
  const identity = { tenant, sessionId: "s-2", customerId: "c-lin", locale: "zh" as const, channel: "web" };
  expect((await memory.recall(identity, new Date())).sessions).toEqual([]);
  expect(await metrics.metrics()).toContain('colloquy_memory_trouble_total{trouble="cold-away"} 1');
});
