/** What outlives a refresh. Never throws: a browser that forbids storage only loses that convenience. */
export interface Storage {
  read: (key: string) => unknown;
  write: (key: string, value: unknown) => void;
  remove: (key: string) => void;
}

type Area = Pick<globalThis.Storage, "getItem" | "setItem" | "removeItem">;

export function createStorage(area: () => Area): Storage {
  const attempt = <T>(action: () => T): T | null => {
    try {
      return action();
    } catch {
      return null;
    }
  };
  return {
    read: (key) => attempt(() => JSON.parse(area().getItem(key) ?? "null")),
    write: (key, value) => void attempt(() => area().setItem(key, JSON.stringify(value))),
    remove: (key) => void attempt(() => area().removeItem(key)),
  };
}
