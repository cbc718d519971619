import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";
import { z } from "zod";
import type { ApiDeps } from "../deps.ts";

/** A database that hangs is as good as away. */
const PING_TIMEOUT_MS = 2_000;

/** Liveness, readiness, metrics. */
export const operationsRoutes =
  ({ store, gateway }: ApiDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/healthz",
      {
        schema: {
          tags: ["operations"],
          summary: "The process lives",
          response: { 200: z.object({ status: z.literal("ok") }) },
        },
      },
      async () => ({ status: "ok" as const }),
    );

    const readiness = z.object({ ready: z.boolean(), temporal: z.boolean(), mongodb: z.boolean() });
    app.get(
      "/readyz",
      {
        schema: { tags: ["operations"], summary: "It can take messages", response: { 200: readiness, 503: readiness } },
      },
      async (_request, reply) => {
        const [temporal, mongodb] = await Promise.all([
          gateway.ready(),
          Promise.race([
            store.db.command({ ping: 1 }).then(
              () => true,
              () => false,
            ),
            sleep(PING_TIMEOUT_MS, false, { ref: false }),
          ]),
        ]);
        const ready = temporal && mongodb;
        return reply.code(ready ? 200 : 503).send({ ready, temporal, mongodb });
      },
    );
  };

/** Request counts and durations by route, in Prometheus' format at /metrics. */
export function registerMetrics(app: FastifyInstance): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const labelNames = ["method", "route", "status"] as const;
  const requests = new Counter({
    name: "colloquy_http_requests_total",
    help: "Requests answered",
    labelNames,
    registers: [registry],
  });
  const durations = new Histogram({
    name: "colloquy_http_request_seconds",
    help: "Time to answer",
    labelNames,
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  app.addHook("onResponse", (request, reply, done) => {
    const labels = {
      method: request.method,
      route: request.routeOptions.url ?? "none",
      status: String(reply.statusCode),
    };
    requests.inc(labels);
    durations.observe(labels, reply.elapsedTime / 1000);
    done();
  });
  app.get("/metrics", { schema: { hide: true } }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
}
