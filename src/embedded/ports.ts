import { createServer } from "node:net";

const loopbackHost = "127.0.0.1";

/** A port of 127.0.0.1 that nobody listens on now; somebody may take it before you do, so callers retry. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, loopbackHost, () => {
      const address = server.address();
      if (address === null || typeof address === "string") {
        reject(new Error("the system gave a listening socket without a port"));
        return;
      }
      server.close(() => resolve(address.port));
    });
  });
}

/**
 * Resolves when `port` of 127.0.0.1 can be listened on.
 * @throws Error naming the port and how to choose another, when it is taken or not allowed.
 */
export function assertPortFree(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE"
          ? "is taken by another program (or another copy of Colloquy)"
          : `can't be used (${error.code})`;
      reject(
        new Error(`Port ${port} of ${loopbackHost} ${why}. Choose another: PORT=${port + 1} npm start`, {
          cause: error,
        }),
      );
    });
    server.listen(port, loopbackHost, () => server.close(() => resolve()));
  });
}
