import type { KeyDoc, Store } from "../../store/mongo.ts";
import type { Keyring } from "../keys/keyring.ts";
import type { Journal } from "./journal.ts";

export interface Erasing {
  store: Store;
  keyring: Keyring;
  journal: Journal;
}

/** Written down before it is done: whatever happens then, the next start finishes it. */
export async function destroy({ store, keyring, journal }: Erasing, key: KeyDoc, now: Date): Promise<void> {
  const at = now.toISOString();
  await journal.append([{ kid: key._id, at }]);
  await store.tombstones.updateOne({ _id: key._id }, { $setOnInsert: { at: now } }, { upsert: true });
  await store.keys.deleteOne({ _id: key._id });
  keyring.refuse([key._id]);
}
