import type { FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { erase, visitorSession } from "../../safety/erasure/erase.ts";
import { exportCustomer } from "../../safety/erasure/export.ts";
import type { Claims } from "../auth.ts";
import { requireClaims } from "../auth.ts";
import type { ApiDeps } from "../deps.ts";
import { ProblemError } from "../problems.ts";
import { customerExport, customerParams, erasureReceipt, problem } from "../schemas.ts";

const TAGS = ["customers"];

/** An admin, or the customer; somebody else's data doesn't exist for them. @throws ProblemError 401, 403, 404 */
async function mayAskFor(request: FastifyRequest, tokens: ApiDeps["tokens"], customerId: string): Promise<Claims> {
  const claims = await requireClaims(request, tokens, ["customer", "admin"]);
  if (claims.role === "admin") return claims;
  if (claims.sub !== customerId) throw new ProblemError(404, "There is no such customer.");
  // A session's token is good for that session: it must not open all the others.
  if (claims.sid !== undefined && visitorSession(customerId) === null)
    throw new ProblemError(403, "This needs the customer's own token, not that of one session.");
  return claims;
}

/** What customers may ask of whoever keeps their data. */
export const customerRoutes =
  (deps: ApiDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const { store, tokens, gateway, receipts, audit, webhooks } = deps;

    app.get(
      "/v1/customers/:id/export",
      {
        schema: {
          tags: TAGS,
          summary: "All that is kept of a customer, for an admin or themselves; a visitor is visitor:<session>",
          params: customerParams,
          response: { 200: customerExport, 400: problem, 401: problem, 403: problem, 404: problem },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const { tenant, role, sub } = await mayAskFor(request, tokens, id);
        const refs = { customerId: id, role };
        await audit.append({ tenant, kind: "export", who: sub, what: "exported", refs });
        void reply.header("cache-control", "no-store");
        return exportCustomer(deps, { tenant, customerId: id }, new Date());
      },
    );

    app.delete(
      "/v1/customers/:id",
      {
        schema: {
          tags: TAGS,
          summary: "Erase a customer for good; the receipt is signed with the key at /.well-known/jwks.json",
          params: customerParams,
          response: { 200: erasureReceipt, 400: problem, 401: problem, 403: problem, 404: problem, 503: problem },
        },
      },
      async (request) => {
        const { id } = request.params;
        const { tenant, role, sub } = await mayAskFor(request, tokens, id);
        const close = async (sessionId: string): Promise<void> => {
          const handoffs = await store.handoffs.find({ sessionId }, { projection: { _id: 1 } }).toArray();
          await gateway.close(
            sessionId,
            handoffs.map(({ _id }) => _id),
          );
        };
        const erased = await erase(deps, { tenant, customerId: id }, close, new Date());
        deps.forget();
        const refs = { customerId: id, key: erased.keyFingerprint ?? "none" };
        await audit.append({ tenant, kind: "erasure", who: sub, what: "erased", refs });
        await webhooks.publish({
          tenant,
          type: "customer.erased",
          fact: `${id}:${erased.erasedAt}`,
          at: new Date(erased.erasedAt),
          data: { customerId: id, erasedAt: erased.erasedAt, unreadableFrom: erased.unreadableFrom },
        });
        request.log.info({ tenant, by: role, counts: erased.counts }, "customer erased");
        return { ...erased, receipt: await receipts.sign({ ...erased, requestedBy: { role, sub } }) };
      },
    );

    app.get(
      "/.well-known/jwks.json",
      {
        schema: {
          tags: TAGS,
          summary: "The public key that erasure receipts are checked with",
          security: [],
          response: { 200: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }) },
        },
      },
      async () => ({ keys: [{ ...receipts.jwk }] }),
    );
  };
