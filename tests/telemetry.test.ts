/** Secrets are never logged, wherever they stand. */
import { expect, test } from "@jest/globals";
import { createLogger } from "../src/telemetry/log.ts";

const SECRET = "s3cr3t-of-nobody";
const JWT = `eyJhbGciOiJIUzI1NiJ9.${Buffer.from('{"sub":"x"}').toString("base64url")}.${SECRET}`;

function logged(write: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger("trace", "test", { write: (line: string) => void lines.push(line) }));
  expect(lines.length).toBe(1);
  JSON.parse(lines[0] ?? "");
  return lines.join("");
}

test.each([
  ["a request's header", { req: { headers: { authorization: `Basic ${SECRET}`, cookie: SECRET } } }],
  ["an answer's cookie", { res: { headers: { "set-cookie": SECRET } } }],
  ["a token", { token: SECRET }],
  ["a configuration", { config: { JWT_SECRET: SECRET, MASTER_KEY: SECRET, S3_SECRET_ACCESS_KEY: SECRET } }],
  ["a tier", { tiers: { cloud: { options: { apiKey: SECRET } } } }],
  ["an address with a password", { uri: `mongodb://user:${SECRET}@db:27017/colloquy` }],
  [
    "an error's message, stack and cause",
    { err: new Error(`redis://:${SECRET}@cache`, { cause: new Error(`Bearer ${SECRET}`) }) },
  ],
  ["a JWT in a sentence", { detail: `no session for ${JWT}` }],
])("%s", (_, entry) => {
  expect(logged((log) => log.info(entry, "something happened"))).not.toContain(SECRET);
});

test("in the message too; the rest is as it was", () => {
  const line = logged((log) => log.warn({ port: 3000, route: "/v1/sessions/:id" }, `refused Bearer ${SECRET}`));
  expect(line).not.toContain(SECRET);
  expect(JSON.parse(line)).toMatchObject({ port: 3000, route: "/v1/sessions/:id", msg: "refused Bearer [redacted]" });
});
