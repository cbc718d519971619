import { connect } from "node:net";

const tcpTimeoutMs = 3_000;

/**
 * Resolves when somebody accepts TCP connections at "host:port".
 * @throws Error of the connection: refused, timed out, unknown host.
 */
export function assertAccepts(address: string): Promise<void> {
  const { hostname, port } = new URL(`tcp://${address}`);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: tcpTimeoutMs });
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("timeout", () => socket.destroy(new Error(`${address} doesn't accept connections`)));
    socket.once("error", reject);
  });
}
