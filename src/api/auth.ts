import { createHash, randomUUID } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { decodeProtectedHeader, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { ProblemError } from "./problems.ts";
import type { Revocations } from "./revocations.ts";

export const ROLES = ["customer", "agent", "engineer", "admin"] as const;
export type Role = (typeof ROLES)[number];

const claimsSchema = z.object({
  role: z.enum(ROLES),
  sub: z.string().min(1),
  tenant: z.string().min(1),
  sid: z.string().optional(),
  name: z.string().optional(),
  reviews: z.literal(true).optional(),
});
/**
 * Who is asking. `sid` ties a customer's token to one session; `name` is an agent's as customers see it; `reviews` is on the token
 * of an agent who may change the knowledge, as an admin may.
 */
export type Claims = z.infer<typeof claimsSchema>;

/** Claims of a token that holds, with when it ends (ms since the epoch) and its id, which only ours have. */
export type Caller = Claims & { expiresAt: number; jti?: string };

export interface Tokens {
  sign(claims: Claims, ttlS: number): Promise<{ token: string; expiresAt: string }>;
  /** @throws ProblemError 401 */
  verify(token: string): Promise<Caller>;
}

const ISSUER = "colloquy";
const SECRET_MIN_CHARACTERS = 32;
const KID_CHARACTERS = 8;

/** Names a secret without telling it. */
const kidOf = (secret: string): string =>
  createHash("sha256").update("colloquy token secret").update(secret).digest("base64url").slice(0, KID_CHARACTERS);

/**
 * @param setting JWT_SECRET: one or more by commas; the first signs, all verify, so that secrets rotate without signing anybody out
 * @throws Error when one is shorter than 32 characters
 */
export function createTokens(setting: string, revoked: Pick<Revocations, "has"> = { has: async () => false }): Tokens {
  const secrets = setting.split(",").map((secret) => secret.trim());
  if (secrets.some((secret) => secret.length < SECRET_MIN_CHARACTERS))
    throw new Error("JWT_SECRET: every secret must have 32 random characters or more.");
  const keys = new Map(secrets.map((secret) => [kidOf(secret), new TextEncoder().encode(secret)]));
  const [[kid, key] = ["", new Uint8Array()]] = keys;
  const check = async (token: string) => {
    const named = keys.get(decodeProtectedHeader(token).kid ?? "");
    // Your own login may not name the secret it signed with.
    const candidates = named ? [named] : [...keys.values()];
    const tries = candidates.map((candidate) => jwtVerify(token, candidate, { issuer: ISSUER, algorithms: ["HS256"] }));
    return (await Promise.any(tries)).payload;
  };
  return {
    async sign(claims, ttlS) {
      const expires = new Date(Date.now() + ttlS * 1000);
      const { sub, ...rest } = claims;
      const token = await new SignJWT(rest)
        .setProtectedHeader({ alg: "HS256", kid })
        .setJti(randomUUID())
        .setSubject(sub)
        .setIssuer(ISSUER)
        .setIssuedAt()
        .setExpirationTime(expires)
        .sign(key);
      return { token, expiresAt: expires.toISOString() };
    },
    async verify(token) {
      let caller: Caller;
      try {
        const { jti, exp, ...payload } = await check(token);
        const expiresAt = exp === undefined ? Number.POSITIVE_INFINITY : exp * 1_000;
        caller = { ...claimsSchema.parse(payload), expiresAt, ...(jti === undefined ? {} : { jti }) };
      } catch {
        throw new ProblemError(401, "The token is not valid or has expired.");
      }
      if (caller.jti !== undefined && (await revoked.has(caller.jti)))
        throw new ProblemError(401, "The token was revoked.");
      return caller;
    },
  };
}

/** The caller's claims, or null without a token. @throws ProblemError 401 for a bad one */
export async function optionalClaims(request: FastifyRequest, tokens: Tokens): Promise<Caller | null> {
  const header = request.headers.authorization;
  if (header === undefined) return null;
  const token = /^Bearer (\S+)$/i.exec(header)?.[1];
  if (!token) throw new ProblemError(401, "The Authorization header must be `Bearer <token>`.");
  return tokens.verify(token);
}

/** @throws ProblemError 401 without a token, 403 for another role */
export async function requireClaims(
  request: FastifyRequest,
  tokens: Tokens,
  roles: readonly Role[] = ROLES,
): Promise<Caller> {
  const claims = await optionalClaims(request, tokens);
  if (!claims) throw new ProblemError(401, "This needs a token: `Authorization: Bearer <token>`.");
  if (!roles.includes(claims.role)) throw new ProblemError(403, `This needs the role ${roles.join(" or ")}.`);
  return claims;
}

/** Who may change the knowledge: an admin, and an agent who reviews. @throws ProblemError 401 without a token, 403 for others */
export async function requireReviewer(request: FastifyRequest, tokens: Tokens): Promise<Caller> {
  const claims = await requireClaims(request, tokens, ["agent", "admin"]);
  if (claims.role !== "admin" && !claims.reviews)
    throw new ProblemError(403, "This needs the role admin, or an agent's token that says `reviews`.");
  return claims;
}
