/** A shop with reviewed entries, resolved conversations, logs and judged replies, for the tests of training data (M8). */
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExportDeps, ExportReport } from "../../src/export/run.ts";
import { exportTraining } from "../../src/export/run.ts";
import type { ExportOptions } from "../../src/export/types.ts";
import type { EntryInput, KnowledgeStore } from "../../src/knowledge/store.ts";
import { createKnowledgeStore } from "../../src/knowledge/store.ts";
import { sealMessage } from "../../src/store/sealed.ts";
import { pair } from "../support/knowledge.ts";
import type { Corner } from "../support/servers.ts";

export const AGENT = { id: "agent-mei", name: "陈梅 Mei" };
const AT = new Date("2026-05-04T10:00:00Z");
const HOUR_MS = 3_600_000;

export interface Shop {
  corner: Corner;
  knowledge: KnowledgeStore;
  tenant: string;
  review(entry: EntryInput): Promise<void>;
  customer(id: string, name: string, more?: object): Promise<void>;
  /** A conversation of lines "C …" (customer), "B …" (bot), "A …" (agent), numbered from 1; resolved by the agent. */
  talk(
    customerId: string | null,
    lines: string[],
    more?: { resolved?: boolean; locale?: "zh" | "en" },
  ): Promise<string>;
  judge(sessionId: string, seq: number, helpful: boolean): Promise<void>;
  export(options?: Partial<ExportOptions>, more?: ExportMore): Promise<Exported>;
}

interface ExportMore {
  out?: string;
  force?: boolean;
  deps?: Partial<ExportDeps>;
}

export type Line = Record<string, unknown>;

export interface Exported {
  report: ExportReport;
  out: string;
  train: Line[];
  test: Line[];
  records: Line[];
  /** Every byte of every file. */
  all: string;
  text(name: string): Promise<string>;
}

/** A tenant of its own in the corner's database. */
export function openShop(corner: Corner, cleanUp: (undo: () => unknown) => void): Shop {
  const tenant = `shop-${randomUUID().slice(0, 8)}`;
  const { store, keyring } = corner;
  const knowledge = createKnowledgeStore(store);
  return {
    ...{ corner, knowledge, tenant },
    review: async (entry) => void (await knowledge.put(tenant, entry, AGENT.id)),
    customer: async (id, name, more = {}) => void (await store.customers.insertOne({ tenant, id, name, ...more })),
    async talk(customerId, lines, { resolved = true, locale = "en" } = {}) {
      const sessionId = `s-${randomUUID()}`;
      await store.sessions.insertOne({
        ...{ _id: sessionId, tenant, customerId, locale, channel: "web", createdAt: AT, ownerEpoch: 1 },
      });
      const roles = { C: "customer", B: "assistant", A: "agent" } as const;
      for (const [index, line] of lines.entries()) {
        const role = roles[line.slice(0, 1) as keyof typeof roles];
        const message = { tenant, sessionId, seq: index + 1, role, text: line.slice(2), at: AT, turn: index };
        await store.messages.insertOne(
          await sealMessage(keyring, { ...message, ...(role === "agent" ? { agent: AGENT } : {}) }),
        );
      }
      await store.handoffs.insertOne({
        ...{
          _id: `${sessionId}:h1`,
          tenant,
          sessionId,
          customerId,
          reason: "asked",
          state: "HANDOFF",
          intent: "return",
        },
        ...{ status: resolved ? "resolved" : "returned", agent: AGENT, createdAt: AT, version: 3 },
        updatedAt: new Date(AT.getTime() + HOUR_MS),
        summary: await keyring.seal(sessionId, "What it is about."),
        resolution: await keyring.seal(sessionId, "Answered."),
      });
      return sessionId;
    },
    judge: async (sessionId, seq, helpful) =>
      void (await store.feedback.insertOne({ _id: `${sessionId}:${seq}`, tenant, sessionId, seq, helpful, at: AT })),
    async export(options = {}, { out, force = false, deps = {} } = {}) {
      const folder = await mkdtemp(join(tmpdir(), "colloquy-export-"));
      cleanUp(() => rm(folder, { recursive: true, force: true }));
      const place = out ?? join(folder, "out");
      const report = await exportTraining(
        {
          ...{ store, knowledge, sealer: keyring, orderShapes: ["ord|5|x"], knowledgeDir: "data/knowledge" },
          ...{ now: () => AT, pseudonym: (kind, id) => `${kind}-${Buffer.from(id).toString("hex")}` },
          audit: async () => undefined,
          ...deps,
        },
        {
          ...{ kind: "sft", format: "openai", tenant, seed: 1, testShare: 0, since: null, until: null },
          ...{ consent: "none", licence: "test licence", consentField: "trainingConsent", files: null, ...options },
        },
        { out: place, force, command: "npm run export -- sft" },
      );
      const text = (name: string): Promise<string> => readFile(join(place, name), "utf8");
      const lines = async (name: string): Promise<Line[]> =>
        (await text(name))
          .split("\n")
          .filter(Boolean)
          .map((line) => JSON.parse(line) as Line);
      const names = report.files.map(({ name }) => name);
      return {
        ...{ report, out: place, text },
        ...{
          train: await lines("train.jsonl"),
          test: await lines("test.jsonl"),
          records: await lines("records.jsonl"),
        },
        all: (await Promise.all(names.map(text))).join("\n"),
      };
    },
  };
}

export { pair };
