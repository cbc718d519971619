import type { Payload } from "@temporalio/common";
import type { FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { isEncrypted } from "../../safety/codec/codec.ts";
import { EnvelopeError, kidOf } from "../../safety/keys/envelope.ts";
import { KeyDestroyedError } from "../../safety/keys/keyring.ts";
import type { Claims } from "../auth.ts";
import { requireClaims } from "../auth.ts";
import type { ApiDeps } from "../deps.ts";
import { ProblemError } from "../problems.ts";
import { problem } from "../schemas.ts";

const TAGS = ["engineers"];
const ROLES = ["engineer", "admin"] as const;
/** Of one history page of Temporal's UI. */
const PAYLOADS_MAX = 2_000;
const COOKIE = "colloquy_engineer";
const BODY_MAX_BYTES = 4_194_304;

/** A protobuf Payload as JSON: bytes in base64. */
const wirePayload = z.object({ metadata: z.record(z.string(), z.base64()).optional(), data: z.base64().optional() });
type WirePayload = z.infer<typeof wirePayload>;
const payloads = z.object({ payloads: z.array(wirePayload).max(PAYLOADS_MAX) });

const fromWire = ({ metadata = {}, data = "" }: WirePayload): Payload => ({
  metadata: Object.fromEntries(Object.entries(metadata).map(([key, text]) => [key, Buffer.from(text, "base64")])),
  data: Buffer.from(data, "base64"),
});
const toWire = ({ metadata, data }: Payload): WirePayload => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([key, bytes]) => [key, Buffer.from(bytes).toString("base64")]),
  ),
  data: Buffer.from(data ?? []).toString("base64"),
});

/**
 * Temporal's remote codec: its web UI and CLI have payloads decrypted here, for engineers only. Payloads of a customer who was
 * erased, or of another tenant, come back as they are. Encoding is the reverse, for what an engineer sends from there, under the service's key.
 */
export const codecRoutes =
  ({ tokens, codec, keyring, config }: ApiDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const readable = async (payload: Payload, { tenant }: Claims): Promise<Payload> => {
      if (!isEncrypted(payload)) return payload;
      try {
        const key = await keyring.byId(kidOf(payload.data ?? new Uint8Array()));
        const theirs = key.tenant === null || key.tenant === tenant;
        return theirs ? ((await codec.decode([payload]))[0] ?? payload) : payload;
      } catch (error) {
        if (error instanceof KeyDestroyedError || error instanceof EnvelopeError) return payload;
        throw error;
      }
    };
    /** Temporal's UI has no token of ours where it has no login: then the cookie of `sign-in` is one. */
    const engineer = async (request: FastifyRequest): Promise<Claims> => {
      const token = new RegExp(`(?:^|; )${COOKIE}=([^;]+)`).exec(request.headers.cookie ?? "")?.[1];
      if (request.headers.authorization !== undefined || token === undefined)
        return requireClaims(request, tokens, ROLES);
      const claims = await tokens.verify(token);
      if (!ROLES.some((role) => role === claims.role))
        throw new ProblemError(403, `This needs the role ${ROLES.join(" or ")}.`);
      return claims;
    };
    app.post(
      "/codec/sign-in",
      {
        schema: {
          tags: TAGS,
          summary: "Keeps the caller's token as a cookie for Temporal's web UI in the same browser",
          response: { 204: z.null(), 401: problem, 403: problem },
        },
      },
      async (request, reply) => {
        await requireClaims(request, tokens, ROLES);
        const token = (request.headers.authorization ?? "").split(" ")[1] ?? "";
        const secure = request.protocol === "https" ? "; Secure" : "";
        const life = `Max-Age=${config.TOKEN_TTL_S}; Path=/codec`;
        return reply
          .header("set-cookie", `${COOKIE}=${token}; ${life}; HttpOnly; SameSite=Strict${secure}`)
          .code(204)
          .send(null);
      },
    );

    const operations = {
      decode: (given: Payload[], claims: Claims) => Promise.all(given.map((payload) => readable(payload, claims))),
      encode: (given: Payload[]) => codec.encode(given),
    };
    for (const [name, summary] of [
      ["decode", "Decrypts payloads, for Temporal's web UI and CLI"],
      ["encode", "Encrypts payloads, for what is sent from there"],
    ] as const) {
      app.post(
        `/codec/${name}`,
        {
          bodyLimit: BODY_MAX_BYTES,
          schema: {
            tags: TAGS,
            summary,
            body: payloads,
            response: { 200: payloads, 400: problem, 401: problem, 403: problem },
          },
        },
        async (request) => {
          const claims = await engineer(request);
          const done = await operations[name](request.body.payloads.map(fromWire), claims);
          return { payloads: done.map(toWire) };
        },
      );
    }
  };
