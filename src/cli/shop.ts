/** `npm run shop -- import FILE [--tenant T]` and `npm run shop -- show ORDER_ID [--tenant T]`, on the running instance. */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { openReasons } from "../commerce/demo-shop.ts";
import { importShop } from "../commerce/import.ts";
import { loadConfig } from "../config.ts";
import type { Keyring } from "../safety/keys/keyring.ts";
import type { Store } from "../store/mongo.ts";
import { runCommand } from "./instance.ts";
import { withKeyring } from "./keyring.ts";

const USAGE = "Usage: npm run shop -- import FILE [--tenant T]\n       npm run shop -- show ORDER_ID [--tenant T]";

interface Shop {
  store: Store;
  keyring: Keyring;
}

async function show({ store, keyring }: Shop, tenant: string, id: string): Promise<void> {
  const order = await store.orders.findOne({ tenant, id }, { projection: { _id: 0, tenant: 0 } });
  if (!order) throw new Error(`There is no order ${id} in tenant ${tenant}.`);
  console.log(JSON.stringify(await openReasons(keyring, order), null, 2));
}

async function load({ store }: Shop, tenant: string, file: string): Promise<void> {
  const counts = await importShop(store, tenant, file, await readFile(file, "utf8"), new Date());
  console.log(
    `Imported into tenant ${tenant}: ${counts.customers} customers, ${counts.products} products, ${counts.orders} orders.`,
  );
}

await runCommand(async () => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { tenant: { type: "string" } } });
  const [verb, argument] = positionals;
  if ((verb !== "import" && verb !== "show") || !argument) throw new Error(USAGE);
  const config = loadConfig();
  const run = verb === "import" ? load : show;
  await withKeyring(config, (shop) => run(shop, values.tenant ?? config.TENANT, argument));
});
