/** The embedded S3 server's process: `node s3-main.ts PORT DIRECTORY`. */
import S3rver from "s3rver";

const [port, directory] = process.argv.slice(2);
if (port === undefined || directory === undefined) throw new Error("usage: s3-main.ts PORT DIRECTORY");

const server = new S3rver({ address: "127.0.0.1", port: Number(port), directory, silent: true, vhostBuckets: false });
await server.run();
process.once("SIGTERM", () => process.exit(0));
