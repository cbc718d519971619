import type { Socket } from "node:net";
import { connect, createServer } from "node:net";

export interface Gate {
  /** host:port */
  address: string;
  /** Where connections go from now on; null: they are refused, and open ones are cut. */
  lead(target: string | null): void;
  /**
   * From now on, on the first connection whose client sends these bytes: they reach the server, its answer does not come back.
   * Resolves when that has happened.
   */
  holdAnswerTo(text: string): Promise<void>;
  /** How often clients have sent these bytes since it was asked for. */
  counter(text: string): () => number;
  close(): Promise<void>;
}

/** A TCP proxy in front of a server: takes it away, moves it, or swallows an answer to stop a client in the middle of its work. */
export async function startGate(target: string | null): Promise<Gate> {
  let current = target;
  const open = new Set<Socket>();
  const counters: Array<{ bytes: Buffer; seen: number }> = [];
  const holds: Array<{ bytes: Buffer; seen: () => void }> = [];

  const server = createServer((client) => {
    if (current === null) return void client.destroy();
    const { hostname, port } = new URL(`http://${current}`);
    const upstream = connect(Number(port), hostname);
    let held = false;
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(one);
      one.on("error", () => one.destroy());
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
    }
    client.on("data", (chunk) => {
      const at = holds.findIndex(({ bytes }) => chunk.includes(bytes));
      if (at >= 0) {
        held = true;
        holds.splice(at, 1)[0]?.seen();
      }
      for (const counter of counters) if (chunk.includes(counter.bytes)) counter.seen++;
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      if (!held) client.write(chunk);
    });
  });

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    address: `127.0.0.1:${typeof bound === "object" ? bound?.port : ""}`,
    lead(next) {
      current = next;
      cut();
    },
    holdAnswerTo: (text) => new Promise((resolve) => void holds.push({ bytes: Buffer.from(text), seen: resolve })),
    counter(text) {
      const counter = { bytes: Buffer.from(text), seen: 0 };
      counters.push(counter);
      return () => counter.seen;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}

/** How a command begins on MongoDB's wire, for `holdAnswerTo` and `counter`: its name with the collection as BSON. */
export function mongoCommand(command: string, collection: string): string {
  const length = String.fromCharCode(collection.length + 1);
  return `\x02${command}\0${length}\0\0\0${collection}\0`;
}
