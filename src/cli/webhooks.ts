/**
 * `npm run webhooks -- list [--state dead] [--last 50]`, `retry ID... | --dead [--endpoint URL]`, `secret`: deliveries of the
 * running instance, and what to do about those that were given up.
 */
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { loadConfig } from "../config.ts";
import type { Store, WebhookDeliveryDoc } from "../store/mongo.ts";
import { openStore } from "../store/mongo.ts";
import { retryDeliveries } from "../webhooks/retry.ts";
import { addresses, runCommand } from "./instance.ts";

const USAGE = `Usage: npm run webhooks -- list [--state pending|delivered|dead|disabled] [--last 50]
       npm run webhooks -- retry ID...              (of list)
       npm run webhooks -- retry --dead [--endpoint URL]
       npm run webhooks -- secret                   (makes one)`;
const SECRET_BYTES = 32;
const STATES: ReadonlyArray<WebhookDeliveryDoc["state"]> = ["pending", "delivered", "dead", "disabled"];

async function list(store: Store, state: string | undefined, last: number): Promise<void> {
  const known = STATES.find((each) => each === state);
  if (state !== undefined && known === undefined) throw new Error(USAGE);
  const docs = await store.webhookDeliveries
    .find(known ? { state: known } : {}, { sort: { queuedAt: -1 }, limit: last })
    .toArray();
  for (const { _id, type, url, attempts, lastError, queuedAt, ...doc } of docs.reverse())
    console.log(
      `${_id}  ${queuedAt.toISOString()}  ${doc.state}  ${type}  ${url}  ${attempts} tries${lastError ? `  (${lastError})` : ""}`,
    );
  for (const { url, disabledAt } of await store.webhookEndpoints.find().toArray())
    console.log(`disabled since ${disabledAt.toISOString()}, by 410 Gone: ${url}`);
  if (docs.length === 0) console.log("There is nothing.");
}

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      state: { type: "string" },
      last: { type: "string", default: "50" },
      dead: { type: "boolean", default: false },
      endpoint: { type: "string" },
    },
  });
  const [verb, ...ids] = positionals;
  const last = Number(values.last);
  if (verb === "secret") return console.log(`whsec_${randomBytes(SECRET_BYTES).toString("base64")}`);
  const retries = verb === "retry" && (ids.length > 0 || values.dead);
  if ((verb !== "list" && !retries) || !Number.isSafeInteger(last) || last < 1) throw new Error(USAGE);
  const store = await openStore((await addresses(loadConfig())).mongodbUri);
  try {
    if (verb === "list") return await list(store, values.state, last);
    const { deliveries, endpoints } = await retryDeliveries(store, ids, values.endpoint);
    console.log(`${deliveries} deliveries are tried again; ${endpoints} endpoints that said 410 get events again.`);
    if (deliveries === 0 && ids.length > 0)
      throw new Error("None of these was given up: what is pending goes on by itself.");
  } finally {
    await store.close();
  }
});
