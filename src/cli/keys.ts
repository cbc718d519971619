/**
 * `npm run keys -- rotate-master`: wraps every data key under the first of MASTER_KEY, on the running instance.
 * `npm run keys -- add-master`: puts a new first master key into the data folder of `npm start`; counts from the next start.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadConfig } from "../config.ts";
import { newMasterKey } from "../safety/keys/master.ts";
import { rotateMaster } from "../safety/keys/rotate.ts";
import { MASTER_KEY_FILE, masterKey, runCommand } from "./instance.ts";
import { withKeyring } from "./keyring.ts";

const USAGE = "Usage: npm run keys -- add-master|rotate-master";

await runCommand(async () => {
  const config = loadConfig();
  const [verb] = process.argv.slice(2);
  if (verb === "add-master") {
    if (config.MASTER_KEY) throw new Error("MASTER_KEY is set: put the new key in front of it, separated by a comma.");
    const path = join(config.DATA_DIR, MASTER_KEY_FILE);
    await writeFile(path, `${newMasterKey()},${await masterKey(config)}`, { mode: 0o600 });
    console.log(`${path} has a new first key. Start again, then run \`npm run keys -- rotate-master\`.`);
  } else if (verb === "rotate-master") {
    const { rewrapped } = await withKeyring(config, ({ store, wrapper }) => rotateMaster(store, wrapper));
    console.log(`${rewrapped} data keys are wrapped by the first master key now; the others may be removed.`);
  } else throw new Error(USAGE);
});
