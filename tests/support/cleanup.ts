import { afterEach } from "@jest/globals";

/**
 * What a test starts and must end whatever becomes of it: `cleanUp(() => thing.stop())` right after the start. Undone in reverse
 * after each test; every one is tried. Call at the top of a test file.
 */
export function createCleanUp(): (undo: () => unknown) => void {
  const undoes: Array<() => unknown> = [];
  afterEach(async () => {
    const failures: unknown[] = [];
    for (let undo = undoes.pop(); undo; undo = undoes.pop()) {
      try {
        await undo();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, "cleaning up failed");
  });
  return (undo) => void undoes.push(undo);
}
