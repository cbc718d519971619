import type { Product } from "./types.ts";

/** Names and variants change rarely and are read every turn; what an action does is checked against the store itself. */
const TTL_MS = 5_000;
const PRODUCTS_MAX = 50_000;

type Load = (tenant: string, ids: string[]) => Promise<Product[]>;

export function createProductCache(load: Load, now: () => Date): { get: Load } {
  const kept = new Map<string, { at: number; product: Product | null }>();
  return {
    async get(tenant, ids) {
      const at = now().getTime();
      const wanted = [...new Set(ids)];
      const fresh = (id: string): boolean =>
        at - (kept.get(`${tenant} ${id}`)?.at ?? Number.NEGATIVE_INFINITY) < TTL_MS;
      const missing = wanted.filter((id) => !fresh(id));
      if (missing.length > 0) {
        const loaded = new Map((await load(tenant, missing)).map((product) => [product.id, product]));
        if (kept.size > PRODUCTS_MAX) kept.clear();
        for (const id of missing) kept.set(`${tenant} ${id}`, { at, product: loaded.get(id) ?? null });
      }
      return wanted.flatMap((id) => kept.get(`${tenant} ${id}`)?.product ?? []);
    },
  };
}
