/** `npm run token -- --role R --sub S [--tenant T] [--name N] [--reviews]`: prints a token for the running instance. */
import { parseArgs } from "node:util";
import type { Role } from "../api/auth.ts";
import { createTokens, ROLES } from "../api/auth.ts";
import { loadConfig } from "../config.ts";
import { jwtSecret, runCommand } from "./instance.ts";

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
  const { token } = await createTokens(await jwtSecret(config)).sign(claims, config.TOKEN_TTL_S);
  console.log(token);
});
