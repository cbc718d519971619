import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FastifyCorsOptions } from "@fastify/cors";
import cors from "@fastify/cors";
import helmet from "@fastify/helmet";
import fastifyStatic from "@fastify/static";
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { fastify, LogController } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import type { Config } from "../config.ts";
import type { Logger } from "../telemetry/log.ts";
import type { ApiDeps } from "./deps.ts";
import { badAddress, registerProblems } from "./problems.ts";
import { codecRoutes } from "./routes/codec.ts";
import { customerRoutes } from "./routes/customers.ts";
import { demoRoutes } from "./routes/demo.ts";
import { feedbackRoute } from "./routes/feedback.ts";
import { gapRoutes } from "./routes/gaps.ts";
import { handoffRoutes } from "./routes/handoffs.ts";
import { knowledgeRoutes } from "./routes/knowledge.ts";
import { loginProviderRoute, loginRoutes } from "./routes/login.ts";
import { operationsRoutes, registerMetrics } from "./routes/operations.ts";
import { reviewRoutes } from "./routes/review.ts";
import { sessionRoutes } from "./routes/sessions.ts";
import { tokenRoutes } from "./routes/tokens.ts";

/** Above the longest id, so that its schema is what refuses a longer one. */
const PARAM_MAX_CHARACTERS = 256;
const pagesDir = fileURLToPath(new URL("../../web/dist", import.meta.url));

/** The HTTP API with its pages and documentation; nothing is listened on yet. */
export async function buildApp(deps: ApiDeps, log: Logger): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: log,
    bodyLimit: deps.config.BODY_MAX_BYTES,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    routerOptions: { maxParamLength: PARAM_MAX_CHARACTERS },
    frameworkErrors: badAddress,
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  registerProblems(app as unknown as FastifyInstance);
  // Clients that send a JSON content type with nothing in it mean no body.
  app.removeContentTypeParser("application/json");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body === "") done(null, undefined);
    else void app.getDefaultJsonParser("error", "error")(request, body as string, done);
  });
  await app.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", "data:"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        scriptSrc: ["'self'"],
        upgradeInsecureRequests: null,
      },
    },
  });
  await app.register(cors, corsFor(deps.config));
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Colloquy",
        version: "0.1.0",
        description: "Durable AI customer service: every conversation is a workflow.",
      },
      components: { securitySchemes: { token: { type: "http", scheme: "bearer", bearerFormat: "JWT" } } },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
  });
  await app.register(swaggerUi, { routePrefix: "/docs" });
  app.get("/openapi.json", { schema: { hide: true } }, async () => app.swagger());
  registerMetrics(app as unknown as FastifyInstance);
  await app.register(operationsRoutes(deps));
  await app.register(sessionRoutes(deps));
  await app.register(feedbackRoute(deps));
  await app.register(handoffRoutes(deps));
  await app.register(knowledgeRoutes(deps));
  await app.register(reviewRoutes(deps));
  await app.register(gapRoutes(deps));
  await app.register(customerRoutes(deps));
  await app.register(codecRoutes(deps));
  await app.register(tokenRoutes(deps));
  await app.register(loginProviderRoute(deps));
  if (deps.config.OIDC_ISSUER) await app.register(loginRoutes(deps));
  if (deps.config.DEMO) await app.register(demoRoutes(deps));
  if (existsSync(pagesDir)) await registerPages(app as unknown as FastifyInstance);
  return app as unknown as FastifyInstance;
}

/** Pages of other sites only where configured; Temporal's web UI has payloads decrypted and nothing else. */
const corsFor = ({ CORS_ORIGINS, TEMPORAL_UI_URL }: Config): FastifyCorsOptions => {
  const origins = (CORS_ORIGINS ?? "")
    .split(",")
    .map((origin) => origin.trim())
    .filter(Boolean);
  const temporalUi = TEMPORAL_UI_URL ? [new URL(TEMPORAL_UI_URL).origin] : [];
  const exposedHeaders = ["retry-after"];
  return {
    delegator: (request, done) => {
      const codec = request.url?.startsWith("/codec") === true;
      done(null, codec ? { origin: temporalUi, credentials: true } : { origin: origins, exposedHeaders });
    },
  };
};

const YEAR_MS = 31_536_000_000;

/** The built pages: hashed assets for ever, the pages themselves never cached. */
async function registerPages(app: FastifyInstance): Promise<void> {
  await app.register(fastifyStatic, {
    root: join(pagesDir, "assets"),
    prefix: "/assets/",
    immutable: true,
    maxAge: YEAR_MS,
  });
  const page =
    (file: string) =>
    async (_request: unknown, reply: { sendFile(file: string, root: string, options: object): unknown }) =>
      reply.sendFile(file, pagesDir, { cacheControl: false, immutable: false, maxAge: 0 });
  for (const [path, file] of [
    ["/", "index.html"],
    ["/desk", "desk.html"],
    ["/knowledge", "knowledge.html"],
  ] as const)
    app.get(path, { schema: { hide: true } }, page(existsSync(join(pagesDir, file)) ? file : "index.html"));
}
