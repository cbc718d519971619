import type { Registry } from "prom-client";
import { Counter } from "prom-client";
import type { CacheStats } from "./cache.ts";

/** `colloquy_cache_lookups_total` by cache and result, read from the caches' own counts. Once a registry. */
export function countLookups(registry: Registry, caches: Record<string, { stats(): CacheStats }>): void {
  new Counter({
    name: "colloquy_cache_lookups_total",
    help: "Look-ups in a cache, by result: hit or miss",
    labelNames: ["cache", "result"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [cache, { stats }] of Object.entries(caches)) {
        const { hits, misses } = stats();
        this.inc({ cache, result: "hit" }, hits);
        this.inc({ cache, result: "miss" }, misses);
      }
    },
  });
}
