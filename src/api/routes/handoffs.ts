import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { SealedHandoffDoc } from "../../store/sealed.ts";
import { openHandoff, openMessage } from "../../store/sealed.ts";
import type { Claims } from "../auth.ts";
import { requireClaims } from "../auth.ts";
import { lastView } from "../conversations.ts";
import type { ApiDeps } from "../deps.ts";
import { ProblemError } from "../problems.ts";
import { handoff, handoffQuery, newMessage, problem, sessionParams, summary } from "../schemas.ts";
import { revealRoute } from "./reveal.ts";

const TAGS = ["handoffs"];
const LIST_MAX = 200;
const DESK_ROLES = ["agent", "admin"] as const;

/** The agents' side of the contract. */
export const handoffRoutes =
  (deps: ApiDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const { store, tokens, gateway, config, screen } = deps;
    await app.register(revealRoute(deps));
    const find = async (id: string, claims: Claims): Promise<SealedHandoffDoc> => {
      const found = await store.handoffs.findOne({ _id: id, tenant: claims.tenant });
      if (!found) throw new ProblemError(404, "There is no such handoff.");
      return found;
    };
    const agentOf = (claims: Claims): { id: string; name: string } => ({
      id: claims.sub,
      name: claims.name ?? claims.sub,
    });

    app.get(
      "/v1/handoffs",
      {
        schema: {
          tags: TAGS,
          summary: "Conversations that wait for a person or have one, oldest first",
          querystring: handoffQuery,
          response: { 200: z.object({ handoffs: z.array(handoff) }), 401: problem, 403: problem },
        },
      },
      async (request) => {
        const claims = await requireClaims(request, tokens, DESK_ROLES);
        const { status } = request.query;
        const docs = await store.handoffs
          .find({ tenant: claims.tenant, ...(status ? { status } : {}) })
          .sort({ createdAt: status === "resolved" || status === "returned" ? -1 : 1 })
          .limit(LIST_MAX)
          .toArray();
        return { handoffs: await Promise.all(docs.map((doc) => describe(deps, doc))) };
      },
    );

    for (const name of ["claim", "release", "return", "resolve"] as const) {
      const summaries = {
        claim: "Take it: exactly one agent can",
        release: "Put it back into the queue",
        return: "Give it back to the bot, with a summary",
        resolve: "Done, with a summary",
      };
      app.post(
        `/v1/handoffs/:id/${name}`,
        {
          schema: {
            tags: TAGS,
            summary: summaries[name],
            params: sessionParams,
            body: summary.nullish(),
            response: { 200: handoff, 401: problem, 403: problem, 404: problem, 409: problem, 503: problem },
          },
        },
        async (request) => {
          const claims = await requireClaims(request, tokens, DESK_ROLES);
          const { _id: id, status } = await find(request.params.id, claims);
          if (status === "resolved" || status === "returned")
            throw new ProblemError(409, `This handoff can't be changed: it is ${status}.`);
          await gateway.update(
            id,
            name,
            agentOf(claims),
            name === "return" || name === "resolve"
              ? await screen.note(claims.tenant, request.body?.summary ?? "")
              : undefined,
          );
          return describe(deps, await find(id, claims));
        },
      );
    }

    app.post(
      "/v1/handoffs/:id/messages",
      {
        schema: {
          tags: TAGS,
          summary: "Say something to the customer; only the agent who has it may",
          params: sessionParams,
          body: newMessage(config.MESSAGE_MAX_CHARACTERS),
          response: {
            202: z.object({ messageId: z.string() }),
            401: problem,
            403: problem,
            404: problem,
            409: problem,
            503: problem,
          },
        },
      },
      async (request, reply) => {
        const claims = await requireClaims(request, tokens, DESK_ROLES);
        const doc = await find(request.params.id, claims);
        if (doc.agent?.id !== claims.sub || doc.status !== "active")
          throw new ProblemError(409, doc.agent ? `${doc.agent.name} has it.` : "Claim it before you write.");
        const { messageId, text } = request.body;
        const { tenant, sessionId, customerId } = doc;
        const screened = await screen.message({ tenant, sessionId, messageId, customerId, by: claims.sub }, text);
        await gateway.agentMessage(doc._id, { agent: agentOf(claims), messageId, text: screened, at: Date.now() });
        return reply.code(202).send({ messageId });
      },
    );
  };

async function describe(deps: ApiDeps, sealed: SealedHandoffDoc): Promise<z.infer<typeof handoff>> {
  const { store, keyring, commerce } = deps;
  const doc = await openHandoff(keyring, sealed);
  const [customer, lastSealed, view] = await Promise.all([
    doc.customerId === null ? null : commerce.customer(doc.tenant, doc.customerId),
    store.messages.findOne({ sessionId: doc.sessionId, role: { $ne: "system" } }, { sort: { seq: -1 } }),
    lastView(deps, doc.sessionId),
  ]);
  const last = lastSealed && (await openMessage(keyring, lastSealed));
  return {
    id: doc._id,
    sessionId: doc.sessionId,
    status: doc.status,
    reason: doc.reason,
    customer: customer ? { id: customer.id, name: customer.name } : null,
    agent: doc.agent,
    createdAt: doc.createdAt.toISOString(),
    ...(doc.claimedAt ? { claimedAt: doc.claimedAt.toISOString() } : {}),
    state: view?.view?.state ?? doc.state,
    intent: doc.intent,
    ...(view?.view ? { slots: view.view.slots } : {}),
    summary: doc.summary,
    ...(doc.resolution === undefined ? {} : { resolution: doc.resolution }),
    ...(last ? { lastMessage: { role: last.role, text: last.text, at: last.at.toISOString() } } : {}),
  };
}
