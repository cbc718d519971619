import { reasonOf } from "./fetch.ts";

export interface Source<T> {
  /** For the error message: "temporal on PATH", "official download". */
  what: string;
  /** Resolves undefined when there is simply nothing here; throws when something went wrong. */
  get: () => Promise<T | undefined>;
}

/**
 * The first source that gives something.
 * @throws Error that lists every source with the reason it gave nothing, and `advice`: what the user can set.
 */
export async function firstOf<T>(name: string, sources: Source<T>[], advice: string, signal?: AbortSignal): Promise<T> {
  const tried: string[] = [];
  for (const source of sources) {
    signal?.throwIfAborted();
    try {
      const found = await source.get();
      if (found !== undefined) return found;
      tried.push(`  - ${source.what}: not there`);
    } catch (error) {
      tried.push(`  - ${source.what}: ${reasonOf(error)}`);
    }
  }
  throw new Error(`${name} is not to be had. Tried:\n${tried.join("\n")}\n  ${advice}`);
}
