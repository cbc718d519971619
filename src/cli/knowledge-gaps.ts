/** `npm run knowledge -- gaps [--tenant T]`: looks for gaps now, and prints the most asked ones. */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Client, Connection } from "@temporalio/client";
import { loadConfig } from "../config.ts";
import { listGaps } from "../knowledge/gaps/read.ts";
import { gapsScheduleId } from "../knowledge/gaps/schedule-id.ts";
import { addresses } from "./instance.ts";
import { withKeyring } from "./keyring.ts";

const POLL_MS = 500;
const WAIT_MS = 10 * 60_000;
const SHOWN = 20;
const QUESTION_COLUMNS = 60;

export async function gapsCommand(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { tenant: { type: "string" } } });
  const config = loadConfig();
  const tenant = values.tenant ?? config.TENANT;
  const { temporalAddress } = await addresses(config);
  const connection = await Connection.connect({ address: temporalAddress });
  try {
    const { schedule } = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
    const handle = schedule.getHandle(gapsScheduleId(config));
    const asked = Date.now();
    await handle.trigger();
    const running = async (): Promise<boolean> => {
      const { info } = await handle.describe();
      const last = info.recentActions.at(-1)?.takenAt.getTime() ?? 0;
      return info.runningActions.length > 0 || last < asked - POLL_MS;
    };
    while ((await running()) && Date.now() - asked < WAIT_MS) await sleep(POLL_MS);
  } finally {
    await connection.close();
  }
  await withKeyring(config, async ({ store, keyring: sealer }) => {
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
