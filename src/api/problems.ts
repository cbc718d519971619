import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { MongoNetworkError, MongoOperationTimeoutError, MongoSystemError } from "mongodb";

import { KeyDestroyedError } from "../safety/keys/keyring.ts";

/** RFC 9457. `errors` names the fields of a 400. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: Array<{ field: string; message: string }>;
}

const TITLES: Record<number, string> = {
  400: "Bad request",
  401: "Not signed in",
  403: "Not allowed",
  404: "Not found",
  409: "Conflict",
  413: "Too large",
  415: "Unsupported media type",
  429: "Too many messages",
  500: "Internal error",
  503: "Temporarily unavailable",
};

/** An answer that is not a success; thrown anywhere below a route. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly status: number;
  readonly retryAfterS: number | undefined;
  readonly errors: Problem["errors"];
  constructor(
    status: number,
    detail: string,
    more: { retryAfterS?: number; errors?: NonNullable<Problem["errors"]> } = {},
  ) {
    super(detail);
    this.status = status;
    this.retryAfterS = more.retryAfterS;
    this.errors = more.errors;
  }
}

const toProblem = (status: number, detail: string, errors?: Problem["errors"]): Problem => ({
  type: "about:blank",
  title: TITLES[status] ?? "Error",
  status,
  detail,
  ...(errors ? { errors } : {}),
});

const send = (reply: FastifyReply, problem: Problem): FastifyReply =>
  reply.code(problem.status).type("application/problem+json").send(JSON.stringify(problem));

/** For addresses that no route ever sees: broken escapes, endless parameters. */
export const badAddress = (_error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void =>
  void send(reply, toProblem(400, "The address is not valid."));

const RETRY_AFTER_S = 3;

const isStoreAway = (error: unknown): boolean =>
  error instanceof MongoSystemError ||
  error instanceof MongoNetworkError ||
  error instanceof MongoOperationTimeoutError;

/** One place where errors become answers; what went wrong inside stays inside (5xx say nothing of it). */
export function registerProblems(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) =>
    send(reply, toProblem(404, `Nothing at ${request.method} ${request.url.split("?")[0]}.`)),
  );
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (hasZodFastifySchemaValidationErrors(error)) {
      const errors = error.validation.map((issue) => {
        const { keys } = issue.params as { keys?: string[] };
        const path = issue.instancePath.slice(1).replaceAll("/", ".");
        return {
          field: path || (keys?.join(", ") ?? error.validationContext ?? "body"),
          message: issue.message ?? "invalid",
        };
      });
      return send(
        reply,
        toProblem(
          400,
          `The ${error.validationContext ?? "request"} is not valid: ${errors.map(({ field, message }) => `${field}: ${message}`).join("; ")}`,
          errors,
        ),
      );
    }
    if (error instanceof ProblemError) {
      if (error.retryAfterS !== undefined) void reply.header("retry-after", String(error.retryAfterS));
      return send(reply, toProblem(error.status, error.message, error.errors));
    }
    if (error instanceof KeyDestroyedError) return send(reply, toProblem(404, "There is no such session."));
    if (isStoreAway(error)) {
      request.log.warn({ err: error }, "MongoDB can't be reached");
      void reply.header("retry-after", String(RETRY_AFTER_S));
      return send(reply, toProblem(503, "The service can't do this right now. Please try it again."));
    }
    const status = error.statusCode ?? 500;
    if (status < 500) return send(reply, toProblem(status, error.message));
    request.log.error({ err: error }, "request failed");
    return send(reply, toProblem(500, "Something went wrong on our side. It has been logged; please try again."));
  });
}
