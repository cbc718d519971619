import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { requireClaims } from "../auth.ts";
import type { ApiDeps } from "../deps.ts";
import { ProblemError } from "../problems.ts";
import { problem, sessionParams } from "../schemas.ts";

const REASON_MIN_CHARACTERS = 2;
const REASON_MAX_CHARACTERS = 500;

const revealBody = z.strictObject({
  /** The message's sequence number. */
  seq: z.int().min(1),
  /** As it stands in the text: "[mobile]". */
  placeholder: z.string().regex(/^\[[a-z-]{1,32}\]$/, "a placeholder as it stands in the text, such as [mobile]"),
  /** Which of several alike, from 0. */
  nth: z.int().min(0).max(1_000).default(0),
  reason: z.string().trim().min(REASON_MIN_CHARACTERS).max(REASON_MAX_CHARACTERS),
});

/** What a placeholder stands for, for whoever has the conversation, and never without a row in the audit log (P3). */
export const revealRoute =
  ({ store, tokens, vault, audit, screen }: ApiDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.post(
      "/v1/handoffs/:id/reveal",
      {
        schema: {
          tags: ["handoffs"],
          summary: "The original of a placeholder, with a reason, audited; for the agent who has it, or an admin",
          params: sessionParams,
          body: revealBody,
          response: {
            200: z.object({ placeholder: z.string(), original: z.string() }),
            400: problem,
            401: problem,
            403: problem,
            404: problem,
            409: problem,
          },
        },
      },
      async (request, reply) => {
        const claims = await requireClaims(request, tokens, ["agent", "admin"]);
        const { seq, placeholder, nth, reason } = request.body;
        const { tenant } = claims;
        const doc = await store.handoffs.findOne({ _id: request.params.id, tenant });
        if (!doc) throw new ProblemError(404, "There is no such handoff.");
        if (claims.role !== "admin" && (doc.agent?.id !== claims.sub || doc.status !== "active"))
          throw new ProblemError(409, "Only the agent who has the conversation may see this.");
        const { sessionId } = doc;
        const message = await store.messages.findOne({ sessionId, tenant, seq }, { projection: { messageId: 1 } });
        const original =
          message?.messageId === undefined
            ? null
            : await vault.reveal({ tenant, sessionId, messageId: message.messageId }, placeholder, nth);
        if (original === null) throw new ProblemError(404, "There is no such placeholder in this message.");
        const why = await screen.note(tenant, reason);
        await audit.append({
          tenant,
          kind: "reveal",
          who: claims.sub,
          what: placeholder,
          refs: { handoffId: doc._id, sessionId, seq: String(seq), nth: String(nth), reason: why },
        });
        void reply.header("cache-control", "no-store");
        return { placeholder, original };
      },
    );
  };
