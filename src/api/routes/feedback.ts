import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { requireClaims } from "../auth.ts";
import { visibleSession } from "../conversations.ts";
import type { ApiDeps } from "../deps.ts";
import { ProblemError } from "../problems.ts";
import { problem, sessionParams } from "../schemas.ts";

const params = sessionParams.extend({ seq: z.coerce.number().int().min(1) });
const feedbackBody = z.strictObject({ helpful: z.boolean() });

/** Whether an answer helped, in the customer's judgement: what isn't helpful becomes a gap (P4). */
export const feedbackRoute =
  ({ store, tokens }: ApiDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.post(
      "/v1/sessions/:id/messages/:seq/feedback",
      {
        schema: {
          tags: ["conversations"],
          summary: "Whether an answer to a question helped; of several judgements the last one counts",
          params,
          body: feedbackBody,
          response: {
            200: z.object({ seq: z.int(), helpful: z.boolean() }),
            400: problem,
            401: problem,
            403: problem,
            404: problem,
          },
        },
      },
      async (request) => {
        const claims = await requireClaims(request, tokens, ["customer"]);
        const { id, seq } = request.params;
        const { _id: sessionId, tenant } = await visibleSession(store, id, claims);
        const answer = await store.messages.findOne(
          { sessionId, seq, role: "assistant", answers: { $exists: true } },
          { projection: { _id: 1 } },
        );
        if (!answer) throw new ProblemError(404, "There is no such answer in this conversation.");
        const { helpful } = request.body;
        await store.feedback.replaceOne(
          { _id: `${sessionId}:${seq}` },
          { tenant, sessionId, seq, helpful, at: new Date() },
          { upsert: true },
        );
        return { seq, helpful };
      },
    );
  };
