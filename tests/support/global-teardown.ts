import { rm } from "node:fs/promises";
import { keptForTeardown, testServers } from "./servers.ts";

export default async function globalTeardown(): Promise<void> {
  await keptForTeardown()?.stop();
  await rm(testServers().dataDir, { recursive: true, force: true });
}
