import { randomUUID } from "node:crypto";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { EntryInput } from "../../knowledge/store.ts";
import { createKnowledgeStore, StaleEntryError } from "../../knowledge/store.ts";
import type { KnowledgeEntryDoc, KnowledgeVersionDoc } from "../../knowledge/types.ts";
import { requireClaims, requireReviewer } from "../auth.ts";
import type { ApiDeps } from "../deps.ts";
import {
  acceptance,
  counts,
  entry,
  entryParams,
  entryQuery,
  newEntry,
  rejection,
  restoration,
  toEntry,
} from "../knowledge-schemas.ts";
import { ProblemError } from "../problems.ts";
import { problem } from "../schemas.ts";

const TAGS = ["knowledge"];
const READERS = ["agent", "admin"] as const;
const PATH = "/v1/knowledge/entries";
const changes = { 200: entry, 400: problem, 401: problem, 403: problem, 404: problem, 409: problem };

/** What the reviewer did, as the audit log calls it. */
type Done = "accepted" | "edited" | "rejected" | "restored" | "written";

/** Reviewing what was mined, and writing (P4): agents read, reviewers and admins change. */
export const reviewRoutes =
  ({ store, tokens, audit }: ApiDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const knowledge = createKnowledgeStore(store);

    async function find(tenant: string, id: string): Promise<KnowledgeEntryDoc> {
      const found = await knowledge.get(tenant, id);
      if (!found) throw new ProblemError(404, "There is no such entry.");
      return found;
    }

    /** Audited first: what can't be is not done. `expected` is the version that was looked at. */
    async function change(
      who: { tenant: string; sub: string },
      input: EntryInput,
      expected: number,
      what: Done,
    ): Promise<KnowledgeEntryDoc> {
      const { tenant, sub } = who;
      const refs = { entry: input.id, version: String(expected + 1) };
      await audit.append({ tenant, kind: "knowledge", who: sub, what, refs });
      return knowledge.put(tenant, input, sub, expected).catch(asConflict);
    }

    app.get(
      PATH,
      {
        schema: {
          tags: TAGS,
          summary: "Entries, asked most first, page by page, and how many there are",
          querystring: entryQuery,
          response: {
            200: z.object({ entries: z.array(entry), counts, last: z.string().nullable() }),
            400: problem,
            401: problem,
            403: problem,
          },
        },
      },
      async (request) => {
        const { tenant } = await requireClaims(request, tokens, READERS);
        const { waiting, ...filter } = request.query;
        const [entries, counted] = await Promise.all([
          knowledge.list(tenant, { ...given(filter), limit: filter.limit, ...(waiting ? { waiting: true } : {}) }),
          knowledge.counts(tenant),
        ]);
        const last = entries.length === filter.limit ? (entries.at(-1)?.id ?? null) : null;
        return { entries: entries.map(toEntry), counts: counted, last };
      },
    );

    app.get(
      `${PATH}/:id/versions`,
      {
        schema: {
          tags: TAGS,
          summary: "An entry with every version it had, the newest first",
          params: entryParams,
          response: { 200: z.object({ versions: z.array(entry) }), 401: problem, 403: problem, 404: problem },
        },
      },
      async (request) => {
        const { tenant } = await requireClaims(request, tokens, READERS);
        const versions = await knowledge.versions(tenant, request.params.id);
        if (versions.length === 0) throw new ProblemError(404, "There is no such entry.");
        return { versions: versions.map(toEntry) };
      },
    );

    app.post(
      PATH,
      {
        schema: {
          tags: TAGS,
          summary: "Write an entry; it answers within seconds",
          body: newEntry,
          response: { 201: entry, 400: problem, 401: problem, 403: problem },
        },
      },
      async (request, reply) => {
        const claims = await requireReviewer(request, tokens);
        const { locale, ...content } = request.body;
        const input: EntryInput = {
          ...{ ...content, id: `${locale}/written/${randomUUID().slice(0, 8)}`, locale, kind: "pair", source: null },
          ...{ reviewed: true, status: "live", origin: { by: "written" }, flags: [], asked: 0, answeredAt: new Date() },
        };
        return reply.code(201).send(toEntry(await change(claims, input, 0, "written")));
      },
    );

    app.post(
      `${PATH}/:id/accept`,
      {
        schema: {
          tags: TAGS,
          summary: "It answers from now on, as it stands or as edited; its flags are settled by that",
          params: entryParams,
          body: acceptance,
          response: changes,
        },
      },
      async (request) => {
        const claims = await requireReviewer(request, tokens);
        const { version, ...edited } = request.body;
        const found = await find(claims.tenant, request.params.id);
        assertNewest(found, version);
        const next: EntryInput = { ...found, ...given(edited), status: "live", reviewed: true, flags: [] };
        const what = differs(found, next) ? "edited" : "accepted";
        return toEntry(await change(claims, next, version, what));
      },
    );

    app.post(
      `${PATH}/:id/reject`,
      {
        schema: {
          tags: TAGS,
          summary: "It answers no more; kept for its history",
          params: entryParams,
          body: rejection,
          response: changes,
        },
      },
      async (request) => {
        const claims = await requireReviewer(request, tokens);
        const { version } = request.body;
        const found = await find(claims.tenant, request.params.id);
        assertNewest(found, version);
        const next: EntryInput = { ...found, status: "retired", reviewed: true };
        return toEntry(await change(claims, next, version, "rejected"));
      },
    );

    app.post(
      `${PATH}/:id/restore`,
      {
        schema: {
          tags: TAGS,
          summary: "As an earlier version had it, status and flags too; a new version",
          params: entryParams,
          body: restoration,
          response: changes,
        },
      },
      async (request) => {
        const claims = await requireReviewer(request, tokens);
        const { version, to } = request.body;
        const versions = await knowledge.versions(claims.tenant, request.params.id);
        const [newest] = versions;
        const wanted = versions.find((candidate) => candidate.version === to);
        if (!newest || !wanted) throw new ProblemError(404, "There is no such entry, or no such version of it.");
        assertNewest(newest, version);
        return toEntry(await change(claims, wanted, version, "restored"));
      },
    );
  };

/** Without what wasn't said. */
const given = <T extends object>(body: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

const differs = (a: EntryInput, b: EntryInput): boolean =>
  (["question", "alternatives", "answer", "stakes"] as const).some(
    (field) => JSON.stringify(a[field]) !== JSON.stringify(b[field]),
  );

function assertNewest({ version }: KnowledgeEntryDoc | KnowledgeVersionDoc, seen: number): void {
  if (version !== seen) throw changedMeanwhile(version);
}

const changedMeanwhile = (version: number): ProblemError =>
  new ProblemError(409, `Somebody else changed this entry meanwhile: its version is ${version}. Look at it again.`);

/** @throws ProblemError 409 for who came second */
export function asConflict(error: unknown): never {
  throw error instanceof StaleEntryError ? changedMeanwhile(error.version) : error;
}
