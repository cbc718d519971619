import { Binary } from "mongodb";
import type { Store } from "../../store/mongo.ts";
import { wrapContext } from "./keyring.ts";
import type { KeyWrapper } from "./master.ts";

/**
 * Wraps every data key anew under the current master key; what they encrypt stays as it is. Safe to cut off and run again, and
 * while everything serves, as long as every process knows both master keys.
 * @throws MasterKeyError when one is wrapped by a master key that isn't here
 */
export async function rotateMaster(store: Pick<Store, "keys">, wrapper: KeyWrapper): Promise<{ rewrapped: number }> {
  let rewrapped = 0;
  for await (const doc of store.keys.find({ master: { $ne: wrapper.id } })) {
    const dataKey = await wrapper.unwrap(Buffer.from(doc.wrapped.buffer), doc.master, wrapContext(doc));
    const wrapped = new Binary(await wrapper.wrap(dataKey, wrapContext(doc)));
    // Only the row as it was read: one that was destroyed meanwhile must not come back.
    const { modifiedCount } = await store.keys.updateOne(
      { _id: doc._id, master: doc.master },
      { $set: { wrapped, master: wrapper.id } },
    );
    rewrapped += modifiedCount;
  }
  return { rewrapped };
}
