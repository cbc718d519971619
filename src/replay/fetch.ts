import type { Client } from "@temporalio/client";
import { isGrpcServiceError } from "@temporalio/client";
import type { History } from "@temporalio/common/lib/proto-utils.js";
import { attributesOf } from "./events.ts";
import type { Execution, PlainEvent } from "./types.ts";

/** Thrown when nothing is recorded under an id. */
export class NoHistoryError extends Error {
  override readonly name = "NoHistoryError";
}

/** gRPC's code. */
const NOT_FOUND = 5;

interface Encoder {
  encode(event: object): { finish(): Uint8Array };
}

/**
 * Every run recorded under a workflow id, oldest first: the continue-as-new chain and completed earlier workflows.
 * @throws NoHistoryError when there is none
 */
export async function fetchExecutions(client: Client, workflowId: string): Promise<Execution[]> {
  const runIds = await listedRuns(client, workflowId);
  const executions = new Map<string, Execution>();
  const load = async (runId?: string): Promise<Execution | null> => {
    const handle = client.workflow.getHandle(workflowId, runId);
    const history = await handle.fetchHistory().catch((error: unknown) => {
      if (isGrpcServiceError(error) && error.code === NOT_FOUND) return null;
      throw error;
    });
    return history && toExecution(workflowId, history);
  };
  // The latest run is not listed yet when it is new, and one that continued another tells its id.
  let next: string | undefined;
  let execution = await load();
  while (execution && !executions.has(execution.runId)) {
    executions.set(execution.runId, execution);
    next = attributesOf(execution.events[0] as PlainEvent).continuedExecutionRunId;
    execution = next ? await load(next) : null;
  }
  for (const runId of runIds) {
    if (executions.has(runId)) continue;
    const listed = await load(runId);
    if (listed) executions.set(runId, listed);
  }
  if (executions.size === 0)
    throw new NoHistoryError(
      `There is no history of ${workflowId}: no such session, or it is past the namespace's retention.`,
    );
  return [...executions.values()].sort((a, b) => startedAt(a) - startedAt(b));
}

async function listedRuns(client: Client, workflowId: string): Promise<string[]> {
  const runIds: string[] = [];
  for await (const { runId } of client.workflow.list({
    query: `WorkflowId = "${workflowId.replaceAll(/["\\]/g, "\\$&")}"`,
  }))
    runIds.push(runId);
  return runIds;
}

const startedAt = ({ events }: Execution): number => {
  const time = events[0]?.eventTime;
  return time ? time.seconds + (time.nanos ?? 0) / 1e9 : 0;
};

/** The run's own id is what its history says, whichever id it was asked for by. */
function toExecution(workflowId: string, { events }: History): Execution {
  const plain = (events ?? []).map((event) => toPlain(event) as PlainEvent);
  const [first] = plain;
  return {
    workflowId,
    runId: (first && attributesOf(first).originalExecutionRunId) ?? "",
    events: plain,
    bytes: (events ?? []).map((event) => (event.constructor as unknown as Encoder).encode(event).finish().length),
  };
}

interface LongLike {
  low: number;
  high: number;
  toNumber(): number;
}
const isLong = (value: object): value is LongLike => "low" in value && "high" in value && "toNumber" in value;

function toPlain(value: unknown): unknown {
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value ?? undefined;
  if (Array.isArray(value)) return value.map(toPlain);
  if (isLong(value)) return value.toNumber();
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== null && part !== undefined)
      .map(([key, part]) => [key, toPlain(part)]),
  );
}
