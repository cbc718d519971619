import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { Redis } from "ioredis";
import { eventually } from "./eventually.ts";

/** Why a test of what Redis shares did not run. */
export const NO_REDIS = "no redis-server on PATH";

export function findRedisServer(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, "redis-server")).find((path) => existsSync(path));
}

export interface RedisServer {
  url: string;
  /** Ends the process; what it held is gone. */
  stop(): Promise<void>;
  /** The same address again, empty. */
  start(): Promise<void>;
}

/**
 * A Redis of the test's own on a free port, which writes nothing to disk.
 * @throws Error when redis-server isn't installed
 */
export async function startRedisServer(): Promise<RedisServer> {
  const command = findRedisServer();
  if (command === undefined) throw new Error(NO_REDIS);
  const port = await freePort();
  let stop = async (): Promise<void> => undefined;
  const server: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    stop: () => stop(),
    async start() {
      const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
      const child = spawn(command, args, { stdio: "ignore" });
      const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      stop = async () => {
        child.kill("SIGKILL");
        await gone;
      };
      await eventually("Redis answers", () => answers(server.url));
    },
  };
  await server.start();
  return server;
}

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on("error", () => undefined);
  try {
    await redis.connect();
    return (await redis.ping()) === "PONG";
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
