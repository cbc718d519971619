/** `npm run token -- --role R --sub S [--tenant T] [--name N] [--reviews]`: prints a token for the running instance, and writes that to its audit log. */
import { parseArgs } from "node:util";
import { decodeJwt } from "jose";
import type { Role } from "../api/auth.ts";
import { createTokens, ROLES } from "../api/auth.ts";
import { loadConfig } from "../config.ts";
import { openStore } from "../store/mongo.ts";
import { addresses, audited, jwtSecret, runCommand } from "./instance.ts";

const USAGE = `Usage: npm run token -- --role ${ROLES.join("|")} --sub SUBJECT [--tenant TENANT] [--name NAME] [--reviews]`;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      role: { type: "string" },
      sub: { type: "string" },
      tenant: { type: "string" },
      name: { type: "string" },
      reviews: { type: "boolean" },
    },
  });
  const config = loadConfig();
  const role = ROLES.find((known) => known === values.role) as Role | undefined;
  if (!role || !values.sub) throw new Error(USAGE);
  const claims = {
    role,
    sub: values.sub,
    tenant: values.tenant ?? config.TENANT,
    ...(values.name ? { name: values.name } : {}),
    ...(values.reviews ? { reviews: true as const } : {}),
  };
  const { token, expiresAt } = await createTokens(await jwtSecret(config)).sign(claims, config.TOKEN_TTL_S);
  const { tenant, sub } = claims;
  const { jti = "" } = decodeJwt(token);
  const store = await openStore((await addresses(config)).mongodbUri);
  try {
    // Written down before anybody has it.
    const refs = { jti, subject: sub, role, expiresAt };
    await audited(config, store, { tenant, kind: "token", what: "issued", refs });
  } finally {
    await store.close();
  }
  console.log(token);
});
