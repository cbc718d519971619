/** P4: the store of knowledge entries under races and crashes, on the real database. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { EntryInput, KnowledgeStore } from "../../src/knowledge/store.ts";
import { createKnowledgeStore, StaleEntryError } from "../../src/knowledge/store.ts";
import type { Store } from "../../src/store/mongo.ts";
import { entry as mined } from "../support/knowledge-entries.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner } from "../support/servers.ts";

let corner: Corner;
let store: KnowledgeStore;

beforeAll(async () => {
  corner = await openCorner();
  store = createKnowledgeStore(corner.store);
});

afterAll(async () => {
  await corner.close();
});

/** Written by the shop, never asked. */
const entry = (id: string, more: Partial<EntryInput> = {}): EntryInput =>
  mined(id, {
    locale: "en",
    origin: { by: "written" },
    asked: 0,
    answeredAt: new Date("2026-05-01T08:00:00Z"),
    ...more,
  });

let tenants = 0;
const newTenant = (): string => `${corner.tenant}-${tenants++}`;

describe("one change", () => {
  test("raises version and revision and keeps what was before", async () => {
    const tenant = newTenant();
    const first = await store.put(tenant, entry("en/a"), "ann");
    const second = await store.put(tenant, entry("en/a", { answer: "Better." }), "ben");
    expect(first).toMatchObject({ _id: `${tenant}:en/a`, version: 1, revision: 1, updatedBy: "ann" });
    expect(second).toMatchObject({ version: 2, revision: 2, answer: "Better.", updatedBy: "ben" });
    expect((await store.versions(tenant, "en/a")).map(({ answer }) => answer)).toEqual([
      "Better.",
      "This is about en/a.",
    ]);
    expect(await store.get(tenant, "en/a")).toEqual(second);
    expect(await store.list(tenant, { limit: 10 })).toEqual([second]);
  });

  test("the same again changes nothing", async () => {
    const tenant = newTenant();
    await store.put(tenant, entry("en/a"), "ann");
    expect(await store.put(tenant, entry("en/a"), "ben")).toMatchObject({ version: 1, updatedBy: "ann" });
    expect(await store.putMany(tenant, [entry("en/a"), entry("en/b")], "import")).toEqual({ changed: 1 });
    expect(await store.putMany(tenant, [entry("en/a"), entry("en/b")], "import")).toEqual({ changed: 0 });
  });

  test("of a status takes the review with it, and says null of what isn't there", async () => {
    const tenant = newTenant();
    await store.put(tenant, entry("en/a", { status: "draft" }), "import");
    expect(await store.setStatus(tenant, "en/a", "live", "ann", true)).toMatchObject({
      status: "live",
      reviewed: true,
    });
    expect(await store.setStatus(tenant, "en/a", "retired", "ann")).toMatchObject({
      status: "retired",
      reviewed: true,
    });
    expect(await store.setStatus(tenant, "en/nothing", "live", "ann")).toBeNull();
  });

  test("on a version that is not the newest is refused", async () => {
    const tenant = newTenant();
    await store.put(tenant, entry("en/a"), "ann", 0);
    await store.put(tenant, entry("en/a", { answer: "By Ann." }), "ann", 1);
    await expect(store.put(tenant, entry("en/a", { answer: "By Ben." }), "ben", 1)).rejects.toThrow(StaleEntryError);
    await expect(store.setStatus(tenant, "en/a", "retired", "ben", true, 1)).rejects.toThrow("its version is 2");
    expect(await store.get(tenant, "en/a")).toMatchObject({ answer: "By Ann.", status: "live" });
  });
});

test("importing again undoes no review", async () => {
  const tenant = newTenant();
  await store.putMany(tenant, [entry("en/a"), entry("en/b")], "import");
  await store.put(tenant, entry("en/a", { answer: "Edited.", reviewed: true }), "ann");
  await store.setStatus(tenant, "en/b", "retired", "ann");
  const again = [entry("en/a", { asked: 7 }), entry("en/b", { asked: 7 }), entry("en/c")];
  expect(await store.putMany(tenant, again, "import")).toEqual({ changed: 1 });
  expect(await store.get(tenant, "en/a")).toMatchObject({ answer: "Edited.", version: 2 });
  expect(await store.get(tenant, "en/b")).toMatchObject({ status: "retired" });
});

test("many entries are listed page by page, most asked first, and found by a word", async () => {
  const tenant = newTenant();
  const many = Array.from({ length: 1_234 }, (_, index) => entry(`en/${index}`, { asked: index % 7 }));
  await store.putMany(tenant, [...many, entry("en/(x)", { status: "draft", answer: "Costs $5 (five)." })], "import");
  const seen: string[] = [];
  let after: string | undefined;
  while (true) {
    const page = await store.list(tenant, { status: "live", limit: 500, ...(after === undefined ? {} : { after }) });
    if (page.length === 0) break;
    seen.push(...page.map(({ id }) => id));
    after = page.at(-1)?.id;
  }
  expect(seen).toHaveLength(1_234);
  expect(new Set(seen).size).toBe(1_234);
  expect(await store.list(tenant, { text: "$5 (FIVE)", limit: 5 })).toMatchObject([{ id: "en/(x)" }]);
  expect(await store.list(newTenant(), { limit: 5 })).toEqual([]);
});

describe("races", () => {
  test("two reviewers at once both get a version, and nothing is lost", async () => {
    const tenant = newTenant();
    await store.put(tenant, entry("en/a"), "import");
    const reviewers = Array.from({ length: 8 }, (_, index) =>
      store.put(tenant, entry("en/a", { answer: `By reviewer ${index}.` }), `reviewer-${index}`),
    );
    await Promise.all(reviewers);
    const versions = await store.versions(tenant, "en/a");
    expect(versions.map(({ version }) => version)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(new Set(versions.map(({ answer }) => answer)).size).toBe(9);
    expect(await store.list(tenant, { limit: 1 })).toMatchObject([{ version: 9, answer: versions[0]?.answer }]);
  });

  test("of two who both saw version 1 one is told", async () => {
    const tenant = newTenant();
    await store.put(tenant, entry("en/a"), "import");
    const both = await Promise.allSettled(
      ["ann", "ben"].map((by) => store.put(tenant, entry("en/a", { answer: `By ${by}.` }), by, 1)),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("a follower that reads while many write misses no change", async () => {
    const tenant = newTenant();
    // A store of its own for each, as processes have.
    const writers = Array.from({ length: 6 }, () => createKnowledgeStore(corner.store));
    const seen = new Map<string, number>();
    let revision = 0;
    const follow = async (): Promise<void> => {
      for (const doc of await store.changedSince(tenant, revision)) {
        seen.set(doc.id, doc.version);
        revision = Math.max(revision, doc.revision);
      }
    };
    const writing = Promise.all(
      writers.map(async (writer, own) => {
        for (let round = 0; round < 10; round++) {
          await writer.put(tenant, entry(`en/shared-${round % 3}`, { answer: `${own} ${round}` }), `w${own}`);
          await writer.putMany(tenant, [entry(`en/${own}-${round}`), entry(`en/${own}-${round}b`)], `w${own}`);
        }
      }),
    );
    let done = false;
    void writing.finally(() => {
      done = true;
    });
    while (!done) await follow();
    await writing;
    await follow();
    const all = await store.list(tenant, { limit: 1_000 });
    expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(all.map(({ id, version }) => [id, version])));
    expect(all).toHaveLength(3 + 120);
    // Without gaps: each number is one change.
    expect(revision).toBe(all.reduce((sum, { version }) => sum + version, 0));
  });

  test("what a crash left between the two writes is there for followers and for lists", async () => {
    const tenant = newTenant();
    await store.put(tenant, entry("en/a"), "ann");
    const crashing = {
      ...corner.store,
      knowledgeEntries: new Proxy(corner.store.knowledgeEntries, {
        get: (target, key) =>
          key === "bulkWrite" ? () => Promise.reject(new Error("killed")) : (Reflect.get(target, key) as unknown),
      }),
    } satisfies Store;
    await expect(
      createKnowledgeStore(crashing).put(tenant, entry("en/a", { answer: "Half written." }), "ben"),
    ).rejects.toThrow("killed");
    expect(await store.changedSince(tenant, 1)).toMatchObject([{ id: "en/a", answer: "Half written.", revision: 2 }]);
    expect(await store.list(tenant, { limit: 5 })).toMatchObject([{ answer: "Half written.", version: 2 }]);
    // And trying again does it once.
    expect(await store.put(tenant, entry("en/a", { answer: "Half written." }), "ben")).toMatchObject({ version: 2 });
  });
});

test("tenants number their own changes and see nothing of each other", async () => {
  const [one, other] = [newTenant(), newTenant()];
  await store.put(one, entry("en/a", { answer: "One's." }), "ann");
  await store.put(other, entry("en/a", { answer: "Other's." }), "ben");
  expect(await store.changedSince(one, 0)).toMatchObject([{ answer: "One's.", revision: 1 }]);
  expect(await store.list(other, { limit: 5 })).toMatchObject([{ answer: "Other's.", revision: 1 }]);
});
