/**
 * `npm run keys -- rotate-master`: wraps every data key under the first of MASTER_KEY, on the running instance.
 * `npm run keys -- add-master`: puts a new first master key into the data folder of `npm start`; counts from the next start.
 */
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { loadConfig } from "../config.ts";
import { readInstance } from "../embedded/instance.ts";
import { newMasterKey } from "../safety/keys/master.ts";
import { rotateMaster } from "../safety/keys/rotate.ts";
import { audited, MASTER_KEY_FILE, masterKey, runCommand } from "./instance.ts";
import { withKeyring } from "./keyring.ts";

const USAGE = "Usage: npm run keys -- add-master|rotate-master";

/** What runs must know the new master key before anything is wrapped by it. @throws Error when it doesn't */
async function assertKnown(config: Config): Promise<void> {
  if (config.MASTER_KEY) return;
  const { mtime } = await stat(join(config.DATA_DIR, MASTER_KEY_FILE));
  const { startedAt } = await readInstance(config.DATA_DIR);
  if (new Date(startedAt) < mtime)
    throw new Error(
      "What runs doesn't know the new master key yet: stop it and `npm start` again, then run this once more.",
    );
}

await runCommand(async () => {
  const config = loadConfig();
  const [verb] = process.argv.slice(2);
  if (verb === "add-master") {
    if (config.MASTER_KEY) throw new Error("MASTER_KEY is set: put the new key in front of it, separated by a comma.");
    const path = join(config.DATA_DIR, MASTER_KEY_FILE);
    await writeFile(path, `${newMasterKey()},${await masterKey(config)}`, { mode: 0o600 });
    console.log(`${path} has a new first key. Start again, then run \`npm run keys -- rotate-master\`.`);
  } else if (verb === "rotate-master") {
    await assertKnown(config);
    const { rewrapped } = await withKeyring(config, async ({ store, wrapper }) => {
      const done = await rotateMaster(store, wrapper);
      const refs = { master: wrapper.id, rewrapped: String(done.rewrapped) };
      await audited(config, store, { tenant: config.TENANT, kind: "configuration", what: "master key rotated", refs });
      return done;
    });
    console.log(`${rewrapped} data keys are wrapped by the first master key now; the others may be removed.`);
  } else throw new Error(USAGE);
});
