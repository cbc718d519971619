/** `npm run shop -- import FILE [--tenant T]` and `npm run shop -- show ORDER_ID [--tenant T]`, on the running instance. */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { importShop } from "../commerce/import.ts";
import { loadConfig } from "../config.ts";
import type { Store } from "../store/mongo.ts";
import { openStore } from "../store/mongo.ts";
import { addresses, runCommand } from "./instance.ts";

const USAGE = "Usage: npm run shop -- import FILE [--tenant T]\n       npm run shop -- show ORDER_ID [--tenant T]";

async function show(store: Store, tenant: string, id: string): Promise<void> {
  const order = await store.orders.findOne({ tenant, id }, { projection: { _id: 0, tenant: 0 } });
  if (!order) throw new Error(`There is no order ${id} in tenant ${tenant}.`);
  console.log(JSON.stringify(order, null, 2));
}

async function load(store: Store, tenant: string, file: string): Promise<void> {
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
  const store = await openStore((await addresses(config)).mongodbUri);
  try {
    await (verb === "import" ? load : show)(store, values.tenant ?? config.TENANT, argument);
  } finally {
    await store.close();
  }
});
