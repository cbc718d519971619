import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import type { ApiDeps } from "../deps.ts";
import { ProblemError } from "../problems.ts";
import { sessionParams } from "../schemas.ts";

/** People to play at the desk. */
const AGENTS = [
  { id: "agent-mei", name: "陈梅 Mei", reviews: true as const },
  { id: "agent-tom", name: "Tom Baker" },
];

/** Demo mode only: anybody may become a demo customer or agent. Never mounted without DEMO=true. */
export const demoRoutes =
  ({ store, tokens, config, commerce, audit }: ApiDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const tenant = config.TENANT;
    const hide = { schema: { hide: true, params: sessionParams } };

    app.get("/v1/demo/customers", { schema: { hide: true } }, async () => {
      const customers = await store.customers
        .find({ tenant }, { projection: { _id: 0, tenant: 0 } })
        .sort({ _id: 1 })
        .toArray();
      const found = await Promise.all(
        customers.map(async (customer) => {
          const orders = await commerce.orders(tenant, customer.id);
          const products = await commerce.products(
            tenant,
            orders.flatMap((order) => order.items.map((item) => item.productId)),
          );
          const byId = new Map(products.map((product) => [product.id, product]));
          const shown = orders.map((order) => ({
            ...order,
            items: order.items.map((item) => {
              const product = byId.get(item.productId);
              return {
                ...item,
                ...(product?.names ? { names: product.names } : {}),
                ...(product?.optionNames ? { optionNames: product.optionNames } : {}),
              };
            }),
          }));
          return { ...customer, orders: shown };
        }),
      );
      return { customers: found };
    });

    app.get("/v1/demo/agents", { schema: { hide: true } }, async () => ({
      agents: AGENTS.map(({ id, name }) => ({ id, name })),
    }));

    app.post("/v1/demo/customers/:id/token", hide, async (request) => {
      const customer = await commerce.customer(tenant, request.params.id);
      if (!customer) throw new ProblemError(404, "There is no such demo customer.");
      return tokens.sign({ role: "customer", sub: customer.id, tenant, name: customer.name }, config.TOKEN_TTL_S);
    });

    app.post("/v1/demo/agents/:id/token", hide, async (request) => {
      const agent = AGENTS.find((candidate) => candidate.id === request.params.id);
      if (!agent) throw new ProblemError(404, "There is no such demo agent.");
      const refs = { role: "agent", by: "demo" };
      await audit.append({ tenant, kind: "login", who: agent.id, what: "signed in", refs });
      const { id: sub, name, ...may } = agent;
      return tokens.sign({ role: "agent", sub, name, tenant, ...may }, config.TOKEN_TTL_S);
    });
  };
