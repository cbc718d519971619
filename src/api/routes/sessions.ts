import { randomUUID } from "node:crypto";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { optionalClaims, requireClaims } from "../auth.ts";
import { currentView, messagesAfter, toMessages, visibleSession } from "../conversations.ts";
import type { ApiDeps } from "../deps.ts";
import { streamEvents } from "../events.ts";
import { createInbox, TOO_FAST } from "../inbox.ts";
import { ProblemError } from "../problems.ts";
import { createRefusals } from "../refusals.ts";
import { listenForReplies } from "../replies.ts";
import { message, newMessage, newSession, problem, sessionParams, sessionView } from "../schemas.ts";

const TAGS = ["conversations"];

/** The customer's side of the contract. */
export const sessionRoutes =
  (deps: ApiDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const { store, tokens, gateway, config, bucket, bus } = deps;
    const inbox = createInbox(deps);
    const refusals = createRefusals(TOO_FAST);

    app.post(
      "/v1/sessions",
      {
        schema: {
          tags: TAGS,
          summary:
            "Start a conversation: with a customer's token it is theirs, without one it is an anonymous visitor's",
          body: newSession.nullish(),
          response: {
            201: z.object({ sessionId: z.string(), token: z.string(), expiresAt: z.string() }),
            400: problem,
            401: problem,
            429: problem,
          },
        },
      },
      async (request, reply) => {
        const claims = await optionalClaims(request, tokens);
        const tenant = claims?.tenant ?? config.TENANT;
        const customerId = claims?.role === "customer" && claims.sid === undefined ? claims.sub : null;
        const retryAfterS = await bucket.take(`sessions:${tenant}:${customerId ?? request.ip}`);
        if (retryAfterS > 0)
          throw new ProblemError(429, "Too many conversations were started. Please wait a moment.", { retryAfterS });
        const sessionId = randomUUID();
        const asked = request.body?.locale ?? request.headers["accept-language"] ?? "zh";
        const locale = asked.toLowerCase().startsWith("en") ? "en" : "zh";
        await store.sessions.insertOne({
          _id: sessionId,
          tenant,
          customerId,
          locale,
          channel: request.body?.channel ?? "api",
          createdAt: new Date(),
          ownerEpoch: 0,
        });
        const signed = await tokens.sign(
          { role: "customer", sub: customerId ?? `visitor:${sessionId}`, tenant, sid: sessionId },
          config.TOKEN_TTL_S,
        );
        return reply.code(201).send({ sessionId, ...signed });
      },
    );

    app.post(
      "/v1/sessions/:id/messages",
      {
        // A flood is turned away at the door: before its body, its token and its session cost anything.
        onRequest: refusals.refuse,
        errorHandler(error, request) {
          if (error instanceof ProblemError && error.status === 429) refusals.remember(request, error.retryAfterS ?? 0);
          throw error;
        },
        schema: {
          tags: TAGS,
          summary: "Say something; with waitMs the replies that arrived in time come back",
          params: sessionParams,
          querystring: z.strictObject({ waitMs: z.coerce.number().int().min(0).max(config.WAIT_MAX_MS).optional() }),
          body: newMessage(config.MESSAGE_MAX_CHARACTERS),
          response: {
            202: z.object({ messageId: z.string(), duplicate: z.boolean(), replies: z.array(message).optional() }),
            400: problem,
            401: problem,
            403: problem,
            404: problem,
            429: problem,
            503: problem,
          },
        },
      },
      async (request, reply) => {
        // Nobody else says yes in a customer's name.
        const claims = await requireClaims(request, tokens, ["customer"]);
        const session = await visibleSession(store, request.params.id, claims);
        const { messageId, text } = request.body;
        const { waitMs } = request.query;
        const inbound = { messageId, text, at: Date.now() };
        if (waitMs === undefined) {
          const { duplicate } = await inbox.take(session, inbound);
          return reply.code(202).send({ messageId, duplicate });
        }
        const replies = listenForReplies(deps, session._id, messageId);
        try {
          const { duplicate } = await inbox.take(session, inbound);
          const arrived = await replies.within(waitMs, { stored: duplicate });
          return reply.code(202).send({ messageId, duplicate, replies: arrived });
        } finally {
          replies.close();
        }
      },
    );

    app.get(
      "/v1/sessions/:id/messages",
      {
        schema: {
          tags: TAGS,
          summary: "What was said after a sequence number, at most 500 messages a page",
          params: sessionParams,
          querystring: z.strictObject({ after: z.coerce.number().int().min(0).default(0) }),
          response: {
            200: z.object({ messages: z.array(message), last: z.int() }),
            400: problem,
            401: problem,
            404: problem,
          },
        },
      },
      async (request) => {
        const session = await visibleSession(store, request.params.id, await requireClaims(request, tokens));
        const docs = await messagesAfter(deps, session._id, request.query.after);
        return { messages: await toMessages(store, docs), last: docs.at(-1)?.seq ?? request.query.after };
      },
    );

    app.get(
      "/v1/sessions/:id",
      {
        schema: {
          tags: TAGS,
          summary: "Where the conversation stands",
          params: sessionParams,
          response: { 200: sessionView, 401: problem, 404: problem },
        },
      },
      async (request) =>
        currentView(deps, await visibleSession(store, request.params.id, await requireClaims(request, tokens))),
    );

    app.get(
      "/v1/sessions/:id/events",
      {
        schema: {
          tags: TAGS,
          summary: "Server-sent events: message, delta, state, handoff; resumes after Last-Event-ID",
          params: sessionParams,
          querystring: z.strictObject({ after: z.coerce.number().int().min(0).optional() }),
        },
      },
      async (request, reply) => {
        const claims = await requireClaims(request, tokens);
        const session = await visibleSession(store, request.params.id, claims);
        const resume = Number(request.headers["last-event-id"] ?? request.query.after ?? 0);
        streamEvents({
          from: deps,
          bus,
          session,
          until: claims.expiresAt,
          after: Number.isSafeInteger(resume) && resume > 0 ? resume : 0,
          request,
          reply,
        });
        return reply;
      },
    );

    app.post(
      "/v1/sessions/:id/end",
      {
        schema: {
          tags: TAGS,
          summary: "End the conversation",
          params: sessionParams,
          response: { 202: z.object({ sessionId: z.string() }), 401: problem, 404: problem, 503: problem },
        },
      },
      async (request, reply) => {
        const session = await visibleSession(store, request.params.id, await requireClaims(request, tokens));
        await gateway.end(session._id);
        return reply.code(202).send({ sessionId: session._id });
      },
    );
  };
