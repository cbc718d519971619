import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { requireClaims } from "../auth.ts";
import type { ApiDeps } from "../deps.ts";
import { ProblemError } from "../problems.ts";
import { problem } from "../schemas.ts";

/** What can be done with tokens that exist. */
export const tokenRoutes =
  ({ tokens, revocations, audit }: ApiDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.post(
      "/v1/tokens/revoke",
      {
        schema: {
          tags: ["tokens"],
          summary: "End a token before its time: the caller's own, or as an admin one of the tenant's",
          body: z.strictObject({ token: z.string().max(4_096).optional() }).nullish(),
          response: { 204: z.null(), 400: problem, 401: problem, 403: problem },
        },
      },
      async (request, reply) => {
        const caller = await requireClaims(request, tokens);
        const { token } = request.body ?? {};
        const target = token === undefined ? caller : await tokens.verify(token).catch(() => null);
        if (token !== undefined && caller.role !== "admin") throw new ProblemError(403, "This needs the role admin.");
        // What isn't valid needs no revoking; another tenant's is not told from it.
        if (target?.tenant !== caller.tenant) return reply.code(204).send(null);
        if (target.jti === undefined)
          throw new ProblemError(400, "This token has no id (`jti`), so it can't be revoked; it ends with its `exp`.");
        const own = target.jti === caller.jti;
        await audit.append({
          tenant: caller.tenant,
          kind: own ? "login" : "token",
          who: caller.sub,
          what: own ? "signed out" : "revoked",
          refs: { jti: target.jti, subject: target.sub, role: target.role },
          once: `revoked:${target.jti}`,
        });
        await revocations.revoke(target.jti, target.expiresAt);
        return reply.code(204).send(null);
      },
    );
  };
