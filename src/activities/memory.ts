import type { Memory } from "../memory/index.ts";
import type { Activities } from "./types.ts";

/** D6: hot moves to warm, one document a session. Idempotent; a session in which nothing was said leaves none. */
export const createSaveWarm =
  ({ memory }: { memory: Memory }): Activities["saveWarm"] =>
  (hot) =>
    memory.save(hot);
