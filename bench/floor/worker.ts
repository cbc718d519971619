/** A worker for the floor, with the options of ours. Tells its parent that a turn is done the way our worker does. */
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode, NativeConnection, Worker } from "@temporalio/worker";
import { loadConfig } from "../../src/config.ts";
import { createLogger } from "../../src/telemetry/log.ts";
import { installRuntime, WORKER_LIMITS } from "../../src/worker/start.ts";

const config = loadConfig();
const log = createLogger(config.LOG_LEVEL, "floor");
installRuntime(log);
const connection = await NativeConnection.connect({ address: config.TEMPORAL_ADDRESS ?? "" });
const silent = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };
const workflowsPath = fileURLToPath(new URL("./workflow.ts", import.meta.url));
const worker = await Worker.create({
  connection,
  namespace: config.TEMPORAL_NAMESPACE,
  taskQueue: config.TEMPORAL_TASK_QUEUE,
  workflowBundle: await bundleWorkflowCode({ workflowsPath, logger: silent }),
  activities: {
    async answer({ sessionId, turn }: { sessionId: string; turn: number }): Promise<void> {
      process.send?.({ live: { type: "message", sessionId, seq: turn } });
    },
  },
  ...WORKER_LIMITS,
});
const stop = (): void => {
  if (worker.getState() === "RUNNING") worker.shutdown();
};
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, stop);
process.once("disconnect", stop);
process.send?.({ ready: true });
await worker.run();
await connection.close();
process.exit(0);
