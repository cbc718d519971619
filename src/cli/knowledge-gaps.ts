/** `npm run knowledge -- gaps [--tenant T]`: looks for gaps now, and prints the most asked ones. */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { ScheduleDescription } from "@temporalio/client";
import { Client, Connection } from "@temporalio/client";
import { loadConfig } from "../config.ts";
import { listGaps } from "../knowledge/gaps/read.ts";
import { gapsScheduleId } from "../knowledge/gaps/schedule-id.ts";
import { createDataConverter } from "../safety/codec/data-converter.ts";
import { addresses } from "./instance.ts";
import { withKeyring } from "./keyring.ts";

const POLL_MS = 200;
const WAIT_MS = 30_000;
const SHOWN = 20;
const QUESTION_COLUMNS = 60;

/** Has the search run, and waits until it is done; one that was under way already is waited for instead. */
async function gather(client: Client, scheduleId: string): Promise<void> {
  const handle = client.schedule.getHandle(scheduleId);
  const count = ({ info }: ScheduleDescription): number => info.numActionsTaken + info.numActionsSkippedOverlap;
  const before = count(await handle.describe());
  await handle.trigger();
  const deadline = Date.now() + WAIT_MS;
  while (Date.now() < deadline) {
    const description = await handle.describe();
    const last = description.info.recentActions.at(-1)?.action.workflow;
    if (count(description) > before && last) return void (await client.workflow.getHandle(last.workflowId).result());
    await sleep(POLL_MS);
  }
  throw new Error("the search for gaps didn't begin: is a worker running?");
}

export const usage = ["gaps [--tenant T]"];

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { tenant: { type: "string" } } });
  const config = loadConfig();
  const tenant = values.tenant ?? config.TENANT;
  const { temporalAddress } = await addresses(config);
  await withKeyring(config, async ({ store, keyring: sealer }) => {
    const connection = await Connection.connect({ address: temporalAddress });
    const dataConverter = createDataConverter(sealer);
    try {
      const client = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE, dataConverter });
      await gather(client, gapsScheduleId(config));
    } finally {
      await connection.close();
    }
    const gaps = await listGaps({ store, sealer }, tenant, "open");
    const added = await listGaps({ store, sealer }, tenant, "added");
    console.log(`${gaps.length} open gaps, the most asked first:`);
    for (const { id, volume, question, draft } of gaps.slice(0, SHOWN))
      console.log(
        `  ${String(volume).padStart(4)} conversations  ${id}  ${question.slice(0, QUESTION_COLUMNS)}${draft === null ? "  (no agent has answered it)" : ""}`,
      );
    if (added.length > 0) console.log(`${added.length} closed:`);
    for (const { entry, answered, deflected, missed } of added)
      console.log(`  ${entry}: answered ${answered}, deflected ${deflected}, in vain again ${missed}`);
  });
}
