import { z } from "zod";
import type { Store } from "../store/mongo.ts";

/** The import format of the public contract; unknown fields are kept, so that a shop's own data survives. */
const options = z.record(z.string(), z.string());
const isoDate = z.string().refine((text) => !Number.isNaN(Date.parse(text)), "must be an ISO 8601 date");
const customer = z.looseObject({ id: z.string().min(1), name: z.string().min(1) });
const product = z.looseObject({
  id: z.string().min(1),
  name: z.string().min(1),
  names: z.record(z.string(), z.string()).optional(),
  aliases: z.array(z.string()).optional(),
  category: z.string().optional(),
  variants: z.array(z.looseObject({ options, stock: z.number().int().min(0).optional() })).optional(),
});
const item = z.looseObject({
  productId: z.string().min(1),
  name: z.string().min(1),
  quantity: z.number().int().positive(),
  price: z.number().min(0),
  options: options.optional(),
});
const request = z.looseObject({
  kind: z.enum(["return", "exchange", "cancel"]),
  idempotencyKey: z.string(),
  at: isoDate,
});
const order = z.looseObject({
  id: z.string().min(1),
  customerId: z.string().min(1),
  status: z.enum(["pending", "shipped", "delivered", "cancelled"]),
  placedAt: isoDate,
  shippedAt: isoDate.optional(),
  deliveredAt: isoDate.optional(),
  items: z.array(item).min(1),
  requests: z.array(request).default([]),
});
const shopSchema = z.strictObject({
  /** When the dates were written; they are shifted by whole days so that "yesterday" stays yesterday. */
  datesRelativeTo: isoDate.optional(),
  customers: z.array(customer).default([]),
  products: z.array(product).default([]),
  orders: z.array(order).default([]),
});

/** Thrown for a file that can't be imported; each problem names its row. */
export class ShopImportError extends Error {
  override readonly name = "ShopImportError";
}

const DAY_MS = 86_400_000;
const PROBLEMS_SHOWN = 20;

function shiftDates<T extends object>(order: T, byMs: number): T {
  if (byMs === 0) return order;
  const names = ["placedAt", "shippedAt", "deliveredAt"] as const;
  const moved = Object.fromEntries(
    names.flatMap((name) =>
      name in order ? [[name, new Date(Date.parse(String(order[name as keyof T])) + byMs).toISOString()]] : [],
    ),
  );
  return { ...order, ...moved };
}

/** References that point nowhere are caught before anything is written. */
function dangling(shop: z.infer<typeof shopSchema>, known: { customers: Set<string> }): string[] {
  const customers = new Set([...known.customers, ...shop.customers.map((entry) => entry.id)]);
  return shop.orders.flatMap((entry, row) =>
    customers.has(entry.customerId)
      ? []
      : [`orders[${row}] (${entry.id}): customer ${entry.customerId} is neither in the file nor in the shop`],
  );
}

/** Of two rows with one id, which would win is anybody's guess. */
function repeated(shop: z.infer<typeof shopSchema>): string[] {
  return (["customers", "products", "orders"] as const).flatMap((section) => {
    const firstRow = new Map<string, number>();
    return shop[section].flatMap(({ id }, row) => {
      const first = firstRow.get(id);
      firstRow.set(id, first ?? row);
      return first === undefined ? [] : [`${section}[${row}] (${id}): the same id as ${section}[${first}]`];
    });
  });
}

/**
 * Imports a shop into a tenant, replacing what has the same id. All or nothing: the whole file is checked first.
 * @throws ShopImportError naming file and rows
 */
export async function importShop(
  store: Store,
  tenant: string,
  file: string,
  content: string,
  now: Date,
): Promise<{ customers: number; products: number; orders: number }> {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (error) {
    throw new ShopImportError(
      `${file} is not JSON: ${error instanceof Error ? error.message : String(error)}. Nothing was imported.`,
    );
  }
  const parsed = shopSchema.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues.slice(0, PROBLEMS_SHOWN).map(
      (issue) =>
        `  ${issue.path
          .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
          .join("")
          .replace(/^\./, "")}: ${issue.message}`,
    );
    throw new ShopImportError(`${file} can't be imported; nothing was changed:\n${problems.join("\n")}`);
  }
  const shop = parsed.data;
  const known = new Set(
    (await store.customers.find({ tenant }, { projection: { id: 1 } }).toArray()).map((entry) => entry.id),
  );
  const problems = [...repeated(shop), ...dangling(shop, { customers: known })];
  if (problems.length > 0)
    throw new ShopImportError(
      `${file} can't be imported; nothing was changed:\n  ${problems.slice(0, PROBLEMS_SHOWN).join("\n  ")}`,
    );
  const byMs = shop.datesRelativeTo
    ? Math.floor((now.getTime() - Date.parse(shop.datesRelativeTo)) / DAY_MS) * DAY_MS
    : 0;
  await replaceAll(store.customers, tenant, shop.customers);
  await replaceAll(store.products, tenant, shop.products);
  await replaceAll(
    store.orders,
    tenant,
    shop.orders.map((entry) => shiftDates(entry, byMs)),
  );
  return { customers: shop.customers.length, products: shop.products.length, orders: shop.orders.length };
}

interface Bulk {
  bulkWrite(operations: object[], options: object): Promise<unknown>;
}

async function replaceAll(collection: unknown, tenant: string, entries: Array<{ id: string }>): Promise<void> {
  if (entries.length === 0) return;
  const operations = entries.map((entry) => ({
    replaceOne: { filter: { tenant, id: entry.id }, replacement: { ...entry, tenant }, upsert: true },
  }));
  await (collection as Bulk).bulkWrite(operations, { ordered: false });
}
