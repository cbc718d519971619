/** `npm run archive`, as a process against the test servers. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { createLedger } from "../../src/memory/ledger.ts";
import { createObjectStore } from "../../src/memory/object-store.ts";
import type { SessionRecord } from "../../src/memory/record.ts";
import { archiveHour } from "../../src/memory/sweep.ts";
import { createWarm } from "../../src/memory/warm.ts";
import { createCleanUp } from "../support/cleanup.ts";
import { ownersSealer } from "../support/sealers.ts";
import { openCorner, testServers } from "../support/servers.ts";
import { DAY_MS, session, THEN } from "./sessions.ts";

const cleanUp = createCleanUp();
const run = promisify(execFile);

test("query finds sessions by customer, time and words; files lists what is there; nonsense is refused", async () => {
  const corner = await openCorner();
  cleanUp(() => corner.close());
  const objects = createObjectStore({ ...testServers().s3, bucket: "colloquy", timeoutMs: 5_000 });
  cleanUp(() => objects.close());
  const fail = (_: string, error: unknown): never => {
    throw error;
  };
  const sealer = ownersSealer(corner.keyring);
  const warm = createWarm(corner.store, sealer, DAY_MS, fail);
  const lin = session({ tenant: corner.tenant, sessionId: "s-lin" });
  const wang = session({ tenant: corner.tenant, sessionId: "s-wang", customerId: "c-wang", lastAt: THEN + 1_000 });
  for (const record of [lin, wang]) await warm.save(record);
  const now = new Date(THEN + 30 * DAY_MS);
  for (const due of await warm.dueHours(now, 10))
    await archiveHour({ warm, objects, ledger: createLedger(corner.store), sealer }, { ...due, now });

  const archive = async (...args: string[]): Promise<Array<Record<string, unknown>>> => {
    const { NODE_OPTIONS: _jests, ...inherited } = process.env;
    const { stdout } = await run(process.execPath, ["src/cli/archive.ts", ...args], {
      env: { ...inherited, ...corner.env },
    });
    return stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  const { vectors: _, ...shown } = lin satisfies SessionRecord;
  expect(await archive("query", "--customer", "c-lin")).toEqual([shown]);
  const ids = async (...args: string[]) => (await archive("query", ...args)).map(({ sessionId }) => sessionId);
  expect(await ids()).toEqual(["s-lin", "s-wang"]);
  expect(await ids("--limit", "1")).toEqual(["s-lin"]);
  expect(await ids("--contains", "s-wang")).toEqual(["s-wang"]);
  expect(await ids("--until", "2026-05-05T10:20:00.500Z")).toEqual(["s-lin"]);
  expect(await ids("--since", "2026-06-01")).toEqual([]);
  expect(await ids("--tenant", "other")).toEqual([]);
  expect(await archive("files")).toEqual([expect.objectContaining({ level: "hour", state: "ready", rows: 2 })]);
  await expect(archive("query", "--since", "someday")).rejects.toThrow(/--since is no date/);
  await expect(archive("burn")).rejects.toThrow(/Usage/);
});
