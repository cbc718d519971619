/** `npm run replay -- SESSION_ID`: every run of a conversation on today's code, turn by turn. Exit code 1 when one diverges. */
import { parseArgs } from "node:util";
import { Client, Connection } from "@temporalio/client";
import { DefaultLogger, Runtime } from "@temporalio/worker";
import type { Config } from "../config.ts";
import { loadConfig } from "../config.ts";
import { decryptExecutions } from "../replay/decrypt.ts";
import { fetchExecutions } from "../replay/fetch.ts";
import { loadRecording, saveRecording } from "../replay/file.ts";
import { printReport } from "../replay/print.ts";
import { handoffIds, replayAll } from "../replay/report.ts";
import type { Execution } from "../replay/types.ts";
import { createEncryptionCodec } from "../safety/codec/codec.ts";
import { addresses, runCommand } from "./instance.ts";
import { withKeyring } from "./keyring.ts";

const USAGE = `Usage: npm run replay -- SESSION_ID [--json] [--save FILE]
       npm run replay -- --history FILE [--json]`;
const WIDTH_DEFAULT = 120;

/** The session's runs, then those of its handoffs, so that all of it is saved and replayed together; in the clear. */
async function fetchAll(config: Config, workflowId: string): Promise<Execution[]> {
  const connection = await Connection.connect({ address: (await addresses(config)).temporalAddress });
  try {
    const client = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
    const runs = await fetchExecutions(client, workflowId);
    const handoffs = await Promise.all(handoffIds(runs).map((id) => fetchExecutions(client, id)));
    return await withKeyring(config, ({ keyring }) =>
      decryptExecutions([...runs, ...handoffs.flat()], createEncryptionCodec(keyring)),
    );
  } finally {
    await connection.close();
  }
}

/** Silent: what the replay finds is reported, and the SDK's own lines would stand in the middle of it. */
function quietRuntime(): void {
  Runtime.install({
    logger: new DefaultLogger("ERROR", () => undefined),
    telemetryOptions: { logging: { filter: { core: "ERROR", other: "ERROR" }, forward: {} } },
  });
}

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "boolean", default: false }, save: { type: "string" }, history: { type: "string" } },
  });
  const config = loadConfig();
  const [asked] = positionals;
  if ((asked === undefined) === (values.history === undefined)) throw new Error(USAGE);
  quietRuntime();
  const recording = values.history === undefined ? null : await loadRecording(values.history);
  const workflowId = recording?.workflowId ?? asked ?? "";
  const executions = recording?.executions ?? (await fetchAll(config, workflowId));
  if (values.save !== undefined) await saveRecording(values.save, workflowId, executions, new Date());
  const report = await replayAll(workflowId, executions, { cacheDir: config.cacheDir });
  if (values.json) console.log(JSON.stringify(report, null, 2));
  else
    console.log(
      printReport(report, { colour: process.stdout.isTTY === true, width: process.stdout.columns ?? WIDTH_DEFAULT }),
    );
  if (report.diverged > 0) process.exit(1);
});
