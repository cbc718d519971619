/** `npm run knowledge -- gaps`: what customers ask in vain. */
import { runCommand } from "./instance.ts";
import { gapsCommand } from "./knowledge-gaps.ts";

const USAGE = "Usage: npm run knowledge -- gaps [--tenant T]";

await runCommand(async () => {
  const [verb, ...rest] = process.argv.slice(2);
  if (verb !== "gaps") throw new Error(USAGE);
  await gapsCommand(rest);
});
