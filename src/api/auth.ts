import type { FastifyRequest } from "fastify";
import { jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { ProblemError } from "./problems.ts";

export const ROLES = ["customer", "agent", "engineer", "admin"] as const;
export type Role = (typeof ROLES)[number];

const claimsSchema = z.object({
  role: z.enum(ROLES),
  sub: z.string().min(1),
  tenant: z.string().min(1),
  sid: z.string().optional(),
  name: z.string().optional(),
});
/** Who is asking. `sid` ties a customer's token to one session; `name` is an agent's as customers see it. */
export type Claims = z.infer<typeof claimsSchema>;

export interface Tokens {
  sign(claims: Claims, ttlS: number): Promise<{ token: string; expiresAt: string }>;
  /** @throws ProblemError 401 */
  verify(token: string): Promise<Claims>;
}

const ISSUER = "colloquy";

export function createTokens(secret: string): Tokens {
  const key = new TextEncoder().encode(secret);
  return {
    async sign(claims, ttlS) {
      const expires = new Date(Date.now() + ttlS * 1000);
      const { sub, ...rest } = claims;
      const token = await new SignJWT(rest)
        .setProtectedHeader({ alg: "HS256" })
        .setSubject(sub)
        .setIssuer(ISSUER)
        .setIssuedAt()
        .setExpirationTime(expires)
        .sign(key);
      return { token, expiresAt: expires.toISOString() };
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, key, { issuer: ISSUER, algorithms: ["HS256"] });
        return claimsSchema.parse(payload);
      } catch {
        throw new ProblemError(401, "The token is not valid or has expired.");
      }
    },
  };
}

/** The caller's claims, or null without a token. @throws ProblemError 401 for a bad one */
export async function optionalClaims(request: FastifyRequest, tokens: Tokens): Promise<Claims | null> {
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
): Promise<Claims> {
  const claims = await optionalClaims(request, tokens);
  if (!claims) throw new ProblemError(401, "This needs a token: `Authorization: Bearer <token>`.");
  if (!roles.includes(claims.role)) throw new ProblemError(403, `This needs the role ${roles.join(" or ")}.`);
  return claims;
}
