import type { Config } from "../config.ts";
import type { Keyring } from "../safety/keys/keyring.ts";
import { createKeyring } from "../safety/keys/keyring.ts";
import type { KeyWrapper } from "../safety/keys/master.ts";
import { createMasterKeys } from "../safety/keys/master.ts";
import type { Store } from "../store/mongo.ts";
import { openStore } from "../store/mongo.ts";
import { addresses, masterKey } from "./instance.ts";

/** The running instance's database and the keys to read it with, closed afterwards. */
export async function withKeyring<T>(
  config: Config,
  use: (parts: { store: Store; keyring: Keyring; wrapper: KeyWrapper }) => Promise<T>,
): Promise<T> {
  const { mongodbUri } = await addresses(config);
  const wrapper = createMasterKeys(await masterKey(config));
  const store = await openStore(mongodbUri);
  try {
    return await use({ store, wrapper, keyring: createKeyring({ store, wrapper }) });
  } finally {
    await store.close();
  }
}
