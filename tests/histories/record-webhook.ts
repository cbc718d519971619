/**
 * Records the delivery that tests/replay.test.ts replays: it fails, is tried again and given up. A new name for each recording; old ones
 * stay, and stay replayed. `npx node tests/histories/record-webhook.ts`. Starts servers of its own and stops them.
 */
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { createWebhooks } from "../../src/api/webhooks.ts";
import { limitOpenMp } from "../../src/config.ts";
import { decryptExecutions } from "../../src/replay/decrypt.ts";
import { fetchExecutions } from "../../src/replay/fetch.ts";
import { saveRecording } from "../../src/replay/file.ts";
import { createEncryptionCodec } from "../../src/safety/codec/codec.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { eventually } from "../support/eventually.ts";
import globalSetup from "../support/global-setup.ts";
import globalTeardown from "../support/global-teardown.ts";
import { startSystem } from "../support/system.ts";
import { startWebhookReceiver } from "../support/webhook-receiver.ts";

const target = fileURLToPath(new URL("./webhook-v1.json", import.meta.url));

limitOpenMp();
await globalSetup();
const secret = `whsec_${randomBytes(32).toString("base64")}`;
const receiver = await startWebhookReceiver(secret);
receiver.react("/", [{ status: 500 }, { status: 503 }]);
const WEBHOOKS = JSON.stringify([{ url: `${receiver.url}/`, secret, tenant: "*" }]);
const system = await startSystem({ env: { DEMO: "true", WEBHOOKS, WEBHOOK_RETRIES_S: "0.1" } });
try {
  const { config, store, client, tenant } = system;
  const outbox = await createWebhooks({ config, store, client, log: createLogger("info", "record") });
  const data = { sessionId: "s-1", customerId: "c-1", turns: 3 };
  await outbox.publish({ tenant, type: "session.ended", fact: "s-1:3", at: new Date(), data });
  await outbox.settled();
  const { _id } = await eventually("the end", () => store.webhookDeliveries.findOne({ state: "dead" }));
  const workflowId = `webhook-${_id}`;
  await eventually("the workflow's end", async () => (await client.workflow.getHandle(workflowId).describe()).status.name === "COMPLETED");
  const runs = await fetchExecutions(client, workflowId);
  const readable = await decryptExecutions(runs, createEncryptionCodec(system.keyring));
  await saveRecording(target, workflowId, readable, new Date());
  console.log(`${runs.length} run of ${workflowId} is in ${target}`);
} finally {
  await system.close();
  await receiver.close();
  await globalTeardown();
}
