/** `npm run export`, as a process against the test servers. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { journalPath } from "../../src/config.ts";
import { createKnowledgeStore } from "../../src/knowledge/store.ts";
import { verifyAudit } from "../../src/safety/audit.ts";
import { erase } from "../../src/safety/erasure/erase.ts";
import { openJournal } from "../../src/safety/erasure/journal.ts";
import { createCleanUp } from "../support/cleanup.ts";
import { runCommandLine } from "../support/command.ts";
import { pair } from "../support/knowledge.ts";
import { openCorner } from "../support/servers.ts";
import { openShop } from "./shop.ts";

const cleanUp = createCleanUp();

test("who was erased stays out when a backup brings back their words and their key", async () => {
  const corner = await openCorner({ TRAINING_CONSENT: "contract" });
  cleanUp(() => corner.close());
  const { store, keyring, config } = corner;
  const shop = openShop(corner, cleanUp);
  await shop.review(pair("en/a", "Is it real?", "It is."));
  const sessionId = await shop.talk("c-gone", ["C Does the erased-canary float?", "A It floats on water."]);
  const kept = {
    sessions: await store.sessions.find({ _id: sessionId }).toArray(),
    messages: await store.messages.find({ sessionId }).toArray(),
    handoffs: await store.handoffs.find({ sessionId }).toArray(),
    keys: await store.keys.find({ customerId: "c-gone" }).toArray(),
  };
  const journal = openJournal(journalPath(config));
  const gone = { tenant: shop.tenant, customerId: "c-gone" };
  await erase({ store, keyring, journal }, gone, async () => undefined, new Date());
  await store.sessions.insertMany(kept.sessions);
  await store.messages.insertMany(kept.messages);
  await store.handoffs.insertMany(kept.handoffs);
  await store.keys.insertMany(kept.keys);
  await store.tombstones.deleteMany({});
  const folder = await mkdtemp(join(tmpdir(), "colloquy-export-"));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  const out = join(folder, "data");
  const ran = await runCommandLine("src/cli/export.ts", ["sft", "--tenant", shop.tenant, "--out", out], corner.env);
  expect(ran).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("left out, 1: words of customers who were erased"),
  });
  for (const name of await readdir(out)) expect(await readFile(join(out, name), "utf8")).not.toContain("erased-canary");
});

test("exports, overwrites nothing unless told to, leaves one row in the audit log, and refuses nonsense", async () => {
  const corner = await openCorner({ TRAINING_LICENSE: "CC-BY-4.0" });
  cleanUp(() => corner.close());
  const folder = await mkdtemp(join(tmpdir(), "colloquy-export-"));
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  const out = join(folder, "data");
  const run = (...args: string[]) => runCommandLine("src/cli/export.ts", args, corner.env);

  const nothing = await run("sft", "--out", out);
  expect(nothing).toMatchObject({ code: 1, stderr: expect.stringContaining("nothing reviewed to export") });
  expect(await readdir(folder)).toEqual([]);

  const knowledge = createKnowledgeStore(corner.store);
  await knowledge.put(corner.tenant, pair("en/a", "Is it real?", "It is."), "ann");
  const done = await run("lora", "--out", out, "--test-share", "0");
  expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining("1 records to train on and 0 to test") });
  expect((await readdir(folder)).sort()).toEqual(["data"]);
  expect((await readdir(out)).sort()).toEqual([
    ...["card.md", "dataset_info.json", "lora-chatglm3-6b.yaml", "lora-qwen3-4b.yaml"],
    ...["records.jsonl", "test.jsonl", "train.jsonl"],
  ]);
  expect((await stat(join(out, "train.jsonl"))).mode & 0o077).toBe(0);
  const card = await readFile(join(out, "card.md"), "utf8");
  expect(card).toContain(`npm run export -- lora --out ${out} --test-share 0`);
  expect(card).toContain("CC-BY-4.0");

  const before = await readFile(join(out, "train.jsonl"), "utf8");
  expect(await run("sft", "--out", out)).toMatchObject({ code: 1, stderr: expect.stringContaining("--force") });
  await knowledge.put(corner.tenant, pair("en/b", "Is this new?", "Brand new."), "ann");
  expect(await readFile(join(out, "train.jsonl"), "utf8")).toBe(before);
  expect(await run("sft", "--out", out, "--force", "--test-share", "0")).toMatchObject({ code: 0 });
  expect((await readdir(out)).sort()).toEqual(["card.md", "records.jsonl", "test.jsonl", "train.jsonl"]);
  await writeFile(join(out, "thesis.doc"), "mine");
  expect(await run("sft", "--out", out, "--force")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("thesis.doc"),
  });

  const rows = await corner.store.audit.find({ tenant: corner.tenant, kind: "export" }).sort({ n: 1 }).toArray();
  expect(rows).toMatchObject([
    {
      what: "training data",
      who: expect.stringMatching(/^operator:/),
      refs: { kind: "lora", train: "1", sources: "entry=1" },
    },
    { refs: { kind: "sft", train: "2", test: "0", consent: "none" } },
  ]);
  expect((await verifyAudit(corner.store, corner.env.AUDIT_KEY ?? "", corner.tenant)).faults).toEqual([]);

  for (const [args, message] of [
    [["ppo"], "Usage"],
    [["sft", "--format", "alpaca"], "Usage"],
    [["sft", "--since", "someday"], "--since is no date: someday"],
    [["sft", "--test-share", "0.9"], "--test-share is a number from 0 to 0.5, not 0.9"],
    [["sft", "--seed", "x"], "--seed is a whole number, not x"],
  ] as const)
    expect(await run(...args)).toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
}, 120_000);
