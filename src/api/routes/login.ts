import type { FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import * as oidc from "openid-client";
import { z } from "zod";
import type { Config } from "../../config.ts";
import { kidOf, seal, unseal } from "../../safety/keys/envelope.ts";
import type { Claims, Role } from "../auth.ts";
import type { ApiDeps } from "../deps.ts";
import { ProblemError } from "../problems.ts";
import { problem } from "../schemas.ts";

const TAGS = ["login"];
const PATH = "/v1/login";
const COOKIE = "colloquy_login";
/** How long signing in may take. */
const LOGIN_TTL_S = 600;
/** Most powerful first: who has several roles works with the first of these. */
const STAFF = ["admin", "engineer", "agent"] as const satisfies readonly Role[];
/** Beside the role agent, or alone: an agent who may change the knowledge. */
const REVIEWER = "reviewer";

/** What is remembered of a login that is under way, in a sealed cookie. */
const pending = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  until: z.number(),
  page: z.enum(["desk", "knowledge"]),
});
type Pending = z.infer<typeof pending>;

/** Always there: the desk asks it whether to offer a sign-in at all. */
export const loginProviderRoute =
  ({ config }: ApiDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      `${PATH}/provider`,
      {
        schema: {
          tags: TAGS,
          summary: "Where one signs in; null when nowhere",
          security: [],
          response: { 200: z.object({ issuer: z.string().nullable() }) },
        },
      },
      async () => ({ issuer: config.OIDC_ISSUER ?? null }),
    );
  };

/**
 * Agents, engineers and admins sign in at the company's OpenID provider (authorization code with PKCE) and come back to the desk
 * with a token of ours. Mounted when OIDC_ISSUER is set.
 */
export const loginRoutes =
  ({ config, keyring, tokens, bucket, audit }: ApiDeps): FastifyPluginAsyncZod =>
  async (app) => {
    let found: Promise<oidc.Configuration> | undefined;
    /** Once; a provider that was away is asked again at the next login. */
    const provider = async (): Promise<oidc.Configuration> => {
      found ??= discover(config);
      try {
        return await found;
      } catch {
        found = undefined;
        throw new ProblemError(503, "The identity provider doesn't answer. Please try again.", { retryAfterS: 5 });
      }
    };
    const limit = async (request: FastifyRequest): Promise<void> => {
      const retryAfterS = await bucket.take(`login:${request.ip}`);
      if (retryAfterS > 0) throw new ProblemError(429, "Too many logins. Please wait a moment.", { retryAfterS });
    };
    const base = (request: FastifyRequest): string => config.PUBLIC_URL ?? `${request.protocol}://${request.host}`;
    const keep = async (reply: FastifyReply, request: FastifyRequest, login: Pending | null): Promise<void> => {
      const sealed =
        login && seal(await keyring.serviceKey(), Buffer.from(JSON.stringify(login))).toString("base64url");
      const secure = base(request).startsWith("https:") ? "; Secure" : "";
      const life = `Max-Age=${login ? LOGIN_TTL_S : 0}; Path=${PATH}; HttpOnly; SameSite=Lax${secure}`;
      void reply.header("set-cookie", `${COOKIE}=${sealed ?? ""}; ${life}`).header("cache-control", "no-store");
    };
    const underWay = async (request: FastifyRequest): Promise<Pending> => {
      const text = new RegExp(`(?:^|; )${COOKIE}=([\\w-]+)`).exec(request.headers.cookie ?? "")?.[1] ?? "";
      try {
        const sealed = Buffer.from(text, "base64url");
        const plain = unseal(await keyring.byId(kidOf(sealed)), sealed).toString("utf8");
        const login = pending.parse(JSON.parse(plain));
        if (login.until > Date.now()) return login;
      } catch {
        // No cookie, a forged or an old one: all the same to whoever signs in.
      }
      throw new ProblemError(400, "This login has expired or was begun in another browser. Please sign in again.");
    };
    const responses = { 400: problem, 403: problem, 429: problem, 503: problem };

    app.get(
      PATH,
      {
        schema: {
          tags: TAGS,
          summary: "Sign in at the identity provider; `page` is where one comes back to",
          security: [],
          querystring: z.strictObject({ page: pending.shape.page.default("desk") }),
          response: { 302: z.null(), ...responses },
        },
      },
      async (request, reply) => {
        await limit(request);
        const configuration = await provider();
        const login = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
        const { page } = request.query;
        await keep(reply, request, { ...login, page, until: Date.now() + LOGIN_TTL_S * 1_000 });
        const url = oidc.buildAuthorizationUrl(configuration, {
          redirect_uri: `${base(request)}${PATH}/callback`,
          scope: config.OIDC_SCOPE,
          state: login.state,
          nonce: login.nonce,
          code_challenge: await oidc.calculatePKCECodeChallenge(login.verifier),
          code_challenge_method: "S256",
        });
        return reply.redirect(url.href, 302);
      },
    );

    app.get(
      `${PATH}/callback`,
      {
        schema: {
          tags: TAGS,
          summary: "Back from the identity provider",
          security: [],
          response: { 302: z.null(), ...responses },
        },
      },
      async (request, reply) => {
        await limit(request);
        const { state, nonce, verifier, page } = await underWay(request);
        // Good for one try.
        await keep(reply, request, null);
        const configuration = await provider();
        const url = new URL(request.url, base(request));
        const checks = {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        };
        const granted = await oidc.authorizationCodeGrant(configuration, url, checks).catch((error: unknown) => {
          request.log.warn({ err: error }, "login refused");
          throw new ProblemError(400, "The identity provider's answer is not valid. Please sign in again.");
        });
        const claims = claimsFrom(granted.claims() ?? {}, config);
        const { token } = await tokens.sign(claims, config.TOKEN_TTL_S);
        const { tenant, sub, role } = claims;
        await audit.append({ tenant, kind: "login", who: sub, what: "signed in", refs: { role } });
        // In the fragment: it reaches the page, and no server or log on the way.
        return reply.redirect(`/${page}#token=${token}`, 302);
      },
    );
  };

function discover(config: Config): Promise<oidc.Configuration> {
  const { OIDC_ISSUER = "", OIDC_CLIENT_ID = "", OIDC_CLIENT_SECRET } = config;
  const issuer = new URL(OIDC_ISSUER);
  // Only the development provider speaks plain HTTP.
  const insecure = issuer.protocol === "http:" && ["127.0.0.1", "localhost"].includes(issuer.hostname);
  const auth = OIDC_CLIENT_SECRET ? oidc.ClientSecretPost(OIDC_CLIENT_SECRET) : oidc.None();
  return oidc.discovery(
    issuer,
    OIDC_CLIENT_ID,
    undefined,
    auth,
    insecure ? { execute: [oidc.allowInsecureRequests] } : {},
  );
}

/** @throws ProblemError 403 for people who have no role here */
function claimsFrom(given: Record<string, unknown>, config: Config): Claims {
  const roles = [given[config.OIDC_ROLE_CLAIM]].flat();
  const reviews = roles.includes(REVIEWER);
  const role = STAFF.find((known) => roles.includes(known)) ?? (reviews ? "agent" : undefined);
  const tenant = given[config.OIDC_TENANT_CLAIM] ?? config.TENANT;
  const { sub, name } = given;
  if (!role || typeof tenant !== "string" || typeof sub !== "string")
    throw new ProblemError(403, "You are known, but have no role here. Ask your administrator.");
  return { role, sub, tenant, ...(reviews ? { reviews } : {}), ...(typeof name === "string" ? { name } : {}) };
}
