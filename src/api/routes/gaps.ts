import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { GapView } from "../../knowledge/gaps/read.ts";
import { countGaps, listGaps, readGap } from "../../knowledge/gaps/read.ts";
import { createKnowledgeStore } from "../../knowledge/store.ts";
import type { Caller } from "../auth.ts";
import { requireClaims, requireReviewer } from "../auth.ts";
import type { ApiDeps } from "../deps.ts";
import { content, entry, gap, gapCounts, gapParams, gapQuery, toEntry } from "../knowledge-schemas.ts";
import { ProblemError } from "../problems.ts";
import { problem } from "../schemas.ts";

const TAGS = ["knowledge"];
const READERS = ["agent", "admin"] as const;
const PATH = "/v1/knowledge/gaps";
const refusals = { 400: problem, 401: problem, 403: problem, 404: problem, 409: problem };

/** Questions without an answer, ranked, and closing them (P4): agents read, reviewers and admins change. */
export const gapRoutes =
  ({ store, keyring: sealer, tokens, audit, gateway }: ApiDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const knowledge = createKnowledgeStore(store);

    async function find({ tenant }: Caller, id: string): Promise<GapView> {
      const found = await readGap({ store, sealer }, tenant, id);
      if (!found) throw new ProblemError(404, "There is no such gap.");
      return found;
    }

    const note = (claims: Caller, what: string, refs: Record<string, string>): Promise<void> =>
      audit.append({ tenant: claims.tenant, kind: "knowledge", who: claims.sub, what, refs });

    app.get(
      PATH,
      {
        schema: {
          tags: TAGS,
          summary: "Questions without an answer, the most asked first; with what adding them has saved",
          querystring: gapQuery,
          response: { 200: z.object({ gaps: z.array(gap), counts: gapCounts }), 401: problem, 403: problem },
        },
      },
      async (request) => {
        const { tenant } = await requireClaims(request, tokens, READERS);
        const [gaps, counts] = await Promise.all([
          listGaps({ store, sealer }, tenant, request.query.status),
          countGaps(store, tenant),
        ]);
        return { gaps: gaps.map(toGap), counts };
      },
    );

    app.get(
      `${PATH}/:id`,
      {
        schema: {
          tags: TAGS,
          summary: "A gap with all its wordings",
          params: gapParams,
          response: { 200: gap, 401: problem, 403: problem, 404: problem },
        },
      },
      async (request) => toGap(await find(await requireClaims(request, tokens, READERS), request.params.id)),
    );

    app.post(
      `${PATH}/:id/add`,
      {
        schema: {
          tags: TAGS,
          summary: "Close it with an entry, which answers within seconds",
          params: gapParams,
          body: content,
          response: { 201: entry, ...refusals },
        },
      },
      async (request, reply) => {
        const claims = await requireReviewer(request, tokens);
        const { tenant, sub } = claims;
        const found = await find(claims, request.params.id);
        if (found.status === "added") throw new ProblemError(409, "This gap has an entry already.");
        const { id, locale, volume } = found;
        const _id = `${tenant}:${id}`;
        const cases = (await store.knowledgeGaps.findOne({ _id }))?.cases ?? [];
        const entryId = `${locale}/gap/${id.split(":")[1] ?? id}`;
        await note(claims, "gap added", { gap: id, entry: entryId });
        const sessions = [...new Set(cases.map(({ sessionId }) => sessionId))];
        const made = await knowledge.put(
          tenant,
          {
            ...{ ...request.body, id: entryId, locale, kind: "pair", source: null, reviewed: true, status: "live" },
            ...{ origin: { by: "gap", gap: id, sessions }, flags: [], asked: volume, answeredAt: new Date() },
          },
          sub,
        );
        // Cut off between the two, it is added again and becomes the same entry.
        await store.knowledgeGaps.updateOne(
          { _id },
          { $set: { status: "added", entry: entryId, addedAt: new Date(), answered: 0, deflected: 0 } },
        );
        return reply.code(201).send(toEntry(made));
      },
    );

    for (const [name, from, to] of [
      ["dismiss", "open", "dismissed"],
      ["reopen", "dismissed", "open"],
    ] as const)
      app.post(
        `${PATH}/:id/${name}`,
        {
          schema: {
            tags: TAGS,
            summary: name === "dismiss" ? "No entry is wanted for it" : "An entry is wanted for it after all",
            params: gapParams,
            response: { 200: gap, ...refusals },
          },
        },
        async (request) => {
          const claims = await requireReviewer(request, tokens);
          const found = await find(claims, request.params.id);
          await note(claims, `gap ${to}`, { gap: found.id });
          const _id = `${claims.tenant}:${found.id}`;
          const { matchedCount } = await store.knowledgeGaps.updateOne({ _id, status: from }, { $set: { status: to } });
          if (matchedCount === 0) throw new ProblemError(409, `This gap is ${found.status}.`);
          return toGap({ ...found, status: to });
        },
      );

    app.post(
      `${PATH}/collect`,
      {
        schema: {
          tags: TAGS,
          summary:
            "Look for gaps now, instead of within the hour; asked for while it is under way, it does nothing more",
          response: { 202: z.object({ asked: z.literal(true) }), 401: problem, 403: problem, 503: problem },
        },
      },
      async (request, reply) => {
        await requireClaims(request, tokens, READERS);
        await gateway.collectGaps();
        return reply.code(202).send({ asked: true as const });
      },
    );
  };

const toGap = ({ firstAt, lastAt, addedAt, ...view }: GapView): z.infer<typeof gap> => ({
  ...view,
  firstAt: firstAt.toISOString(),
  lastAt: lastAt.toISOString(),
  addedAt: addedAt?.toISOString() ?? null,
});
