/**
 * `npm run archive -- query [--customer ID] [--session ID] [--since DATE] [--until DATE] [--contains TEXT] [--limit N]`,
 * `npm run archive -- files`, `npm run archive -- sweep`: the archive of the running instance. For SQL see docs/memory.md.
 */
import { parseArgs } from "node:util";
import { Client, Connection } from "@temporalio/client";
import type { Config } from "../config.ts";
import { loadConfig } from "../config.ts";
import { readInstance } from "../embedded/instance.ts";
import { embeddedCredentials } from "../embedded/s3.ts";
import { readEntry } from "../memory/cold.ts";
import { createLedger, whoOf } from "../memory/ledger.ts";
import type { ObjectStore } from "../memory/object-store.ts";
import { createObjectStore } from "../memory/object-store.ts";
import { readParquet } from "../memory/parquet.ts";
import type { SessionRecord } from "../memory/record.ts";
import type { Keyring } from "../safety/keys/keyring.ts";
import type { Store } from "../store/mongo.ts";
import { sweepScheduleId } from "../worker/schedule.ts";
import { addresses, runCommand } from "./instance.ts";
import { withKeyring } from "./keyring.ts";

const USAGE = `Usage: npm run archive -- query [--customer ID] [--session ID] [--since DATE] [--until DATE] [--contains TEXT] [--limit N] [--tenant T]
       npm run archive -- files [--tenant T]
       npm run archive -- sweep`;
const LIMIT = 100;
const TIMEOUT_MS = 60_000;

interface Keyed {
  store: Store;
  keyring: Keyring;
}

interface Query {
  customer?: string;
  session?: string;
  since?: string;
  until?: string;
  contains?: string;
}

async function bucket(config: Config): Promise<ObjectStore> {
  const configured = config.S3_ENDPOINT !== undefined;
  const endpoint = config.S3_ENDPOINT ?? (await readInstance(config.DATA_DIR)).s3Endpoint;
  const credentials = configured
    ? { accessKeyId: config.S3_ACCESS_KEY_ID ?? "", secretAccessKey: config.S3_SECRET_ACCESS_KEY ?? "" }
    : embeddedCredentials;
  return createObjectStore({ endpoint, bucket: config.S3_BUCKET, ...credentials, timeoutMs: TIMEOUT_MS });
}

/** Of a customer by the index, else file by file, the newest last. A session archived twice is given as it was last. */
async function* sessionsOf(
  { store, keyring: sealer }: Keyed,
  objects: ObjectStore,
  tenant: string,
  customer: string | undefined,
): AsyncGenerator<SessionRecord[]> {
  const ledger = createLedger(store);
  if (customer !== undefined) {
    const entries = await ledger.entriesOf(tenant, [whoOf({ customerId: customer, sessionId: "" })], 0);
    const read = await Promise.all(entries.map((entry) => readEntry({ objects, sealer }, entry)));
    const records = read.flat().map(({ record }) => record);
    records.sort((a, b) => a.lastAt - b.lastAt);
    yield [...new Map(records.map((record) => [record.sessionId, record])).values()];
    return;
  }
  for (const { _id } of await ledger.files({ tenant, state: "ready" }))
    yield (await readParquet(sealer, await objects.get(_id))).map(({ record }) => record);
}

function time(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new Error(`--${name} is no date: ${text}`);
  return ms;
}

const matches =
  ({ session, since, until, contains }: Query) =>
  (record: SessionRecord): boolean =>
    (session === undefined || record.sessionId === session) &&
    record.lastAt >= (time("since", since) ?? 0) &&
    record.lastAt < (time("until", until) ?? Number.POSITIVE_INFINITY) &&
    (contains === undefined || record.said.some(({ text }) => text.includes(contains)));

async function query(keyed: Keyed, objects: ObjectStore, tenant: string, asked: Query, limit: number): Promise<void> {
  let left = limit;
  for await (const records of sessionsOf(keyed, objects, tenant, asked.customer)) {
    for (const { vectors: _, ...record } of records.filter(matches(asked)).slice(0, left)) {
      console.log(JSON.stringify(record));
      left -= 1;
    }
    if (left === 0) return;
  }
}

async function files(store: Store, tenant: string): Promise<void> {
  for (const { _id, level, period, state, rows, bytes } of await createLedger(store).files({ tenant }))
    console.log(JSON.stringify({ key: _id, level, period, state, rows, bytes }));
}

async function sweep(config: Config, address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
    await client.schedule.getHandle(sweepScheduleId(config)).trigger();
    console.log("The sweep was asked for; Temporal's UI shows it.");
  } finally {
    await connection.close();
  }
}

await runCommand(async () => {
  const text = { type: "string" } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { customer: text, session: text, since: text, until: text, contains: text, limit: text, tenant: text },
  });
  const [verb] = positionals;
  const limit = Number(values.limit ?? LIMIT);
  if ((verb !== "query" && verb !== "files" && verb !== "sweep") || !Number.isSafeInteger(limit) || limit < 1)
    throw new Error(USAGE);
  const config = loadConfig();
  const tenant = values.tenant ?? config.TENANT;
  const { temporalAddress } = await addresses(config);
  if (verb === "sweep") return sweep(config, temporalAddress);
  await withKeyring(config, async (keyed) => {
    if (verb === "files") return files(keyed.store, tenant);
    await query(keyed, await bucket(config), tenant, values, limit);
  });
});
