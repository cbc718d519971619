/** Who is told what: good settings are read, bad ones named. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { Webhook } from "standardwebhooks";
import { loadConfig } from "../../src/config.ts";
import { loadEndpoints, signaturesOf, WebhooksError } from "../../src/webhooks/endpoints.ts";

const newSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`;
const secret = newSecret();
const url = "https://crm.example.com/hooks";
const load = (WEBHOOKS: string, more: Record<string, string> = {}) =>
  loadEndpoints(loadConfig({ WEBHOOKS, TENANT: "demo", ...more }));
const loadRows = (rows: unknown, more?: Record<string, string>) => load(JSON.stringify(rows), more);

test("none, a list, a file, a secret by the name of its variable", async () => {
  expect(await load("")).toEqual([]);
  const rows = [
    { url, secret },
    { url, secretEnv: "CRM_SECRET", tenant: "*", events: ["handoff.created"] },
  ];
  const expected = [
    { url, secrets: [secret], tenant: "demo" },
    { url, secrets: [secret], tenant: null, events: new Set(["handoff.created"]) },
  ];
  expect(await loadRows(rows, { CRM_SECRET: secret })).toMatchObject(expected);
  const folder = await mkdtemp(join(tmpdir(), "colloquy-webhooks-"));
  try {
    await writeFile(join(folder, "webhooks.json"), JSON.stringify(rows));
    expect(await load(join(folder, "webhooks.json"), { CRM_SECRET: secret })).toMatchObject(expected);
    await writeFile(join(folder, "webhooks.json"), "[{");
    await expect(load(join(folder, "webhooks.json"))).rejects.toThrow(/webhooks\.json is not JSON/);
    await expect(load(join(folder, "none.json"))).rejects.toThrow(/none\.json can't be read: ENOENT/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each([
  [[{ url: "crm", secret }], /WEBHOOKS\[0\]\.url/],
  [[{ url }], /WEBHOOKS\[0\]\.secret/],
  [[{ url, secret, secretEnv: "X" }], /either secret or secretEnv/],
  [[{ url, secretEnv: "NOT_SET" }], /WEBHOOKS\[0\]\.secretEnv: NOT_SET is not set/],
  [[{ url, secret: "hunter2" }], /WEBHOOKS\[0\]\.secret: it must be whsec_/],
  [[{ url, secret: "whsec_c2hvcnQ=" }], /24 to 64 random bytes/],
  [[{ url, secret, events: ["order.created"] }], /WEBHOOKS\[0\]\.events\]\.0|WEBHOOKS\[0\]\.events/],
  [[{ url, secret, colour: "red" }], /colour/],
  [
    [
      { url, secret },
      { url, secret: newSecret() },
    ],
    /twice/,
  ],
  [[{ url: "http://crm.example.com/hooks", secret }], /https:\/\//],
  [[{ url: "http://127.0.0.1:9/hooks", secret }], /https:\/\//],
  [[{ url: "ftp://crm.example.com/hooks", secret }], /https:\/\//],
  [[{ url: "https://me:secret@crm.example.com/", secret }], /user or password/],
  [{ url, secret }, /WEBHOOKS/],
])("%j is refused by name", async (rows, message) => {
  const loading = loadRows(rows);
  await expect(loading).rejects.toThrow(WebhooksError);
  await expect(loading).rejects.toThrow(message);
  await expect(loading).rejects.not.toThrow(/hunter2|c2hvcnQ/);
});

test("plain HTTP only on this machine, and only to try things out", async () => {
  for (const host of ["127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
    expect(await loadRows([{ url: `http://${host}/hooks`, secret }], { DEMO: "true" })).toHaveLength(1);
  const elsewhere = loadRows([{ url: "http://127.0.0.1.example.com/", secret }], { DEMO: "true" });
  await expect(elsewhere).rejects.toThrow(WebhooksError);
});

test("while a secret is changed, both sign", async () => {
  const [old, next] = [newSecret(), newSecret()];
  const [endpoint] = await loadRows([{ url, secret: `${next},${old}` }]);
  if (!endpoint) throw new Error("no endpoint");
  const at = new Date();
  const headers = {
    "webhook-id": "evt_1",
    "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
    "webhook-signature": signaturesOf(endpoint, "evt_1", at, '{"a":1}'),
  };
  for (const each of [old, next]) expect(new Webhook(each).verify('{"a":1}', headers)).toEqual({ a: 1 });
  expect(() => new Webhook(newSecret()).verify('{"a":1}', headers)).toThrow();
  expect(() => new Webhook(old).verify('{"a":2}', headers)).toThrow();
});
