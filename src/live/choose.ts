import type { Logger } from "../telemetry/log.ts";
import type { LiveBus, Pipe } from "./bus.ts";
import { createLocalBus, createPipeBus, createRedisBus } from "./bus.ts";

/** Redis between hosts, a pipe under `npm start`, else within this process. */
export function chooseBus(redisUrl: string | undefined, pipe: Pipe, log: Logger): LiveBus {
  if (redisUrl) return createRedisBus(redisUrl, (error) => log.warn({ err: error }, "live bus"));
  return pipe.send ? createPipeBus(pipe) : createLocalBus();
}
