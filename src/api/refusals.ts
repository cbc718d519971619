import type { FastifyReply, FastifyRequest } from "fastify";
import { ProblemError } from "./problems.ts";

const KEPT_MAX = 10_000;

/** Callers whose bucket is full, by the token they send: until it has room again they are refused before anything is read or checked. */
export interface Refusals {
  /** @param retryAfterS as the caller was told */
  remember(request: FastifyRequest, retryAfterS: number): void;
  /** A hook for routes that fill the bucket. @throws ProblemError 429 */
  refuse(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

export function createRefusals(detail: string, now: () => number = Date.now): Refusals {
  const until = new Map<string, number>();
  return {
    remember({ headers }, retryAfterS) {
      if (headers.authorization === undefined) return;
      // Who is told again waits no longer for it.
      if ((until.get(headers.authorization) ?? 0) > now()) return;
      if (until.size >= KEPT_MAX) until.clear();
      until.set(headers.authorization, now() + retryAfterS * 1_000);
    },
    async refuse({ headers }) {
      const end = until.get(headers.authorization ?? "");
      if (end === undefined) return;
      const waitMs = end - now();
      if (waitMs > 0) throw new ProblemError(429, detail, { retryAfterS: Math.ceil(waitMs / 1_000) });
      until.delete(headers.authorization ?? "");
    },
  };
}
