/** Who is told what: the setting WEBHOOKS, a JSON list or the path of a file that holds one. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import type { Config } from "../config.ts";
import type { WebhookEventType } from "./types.ts";
import { WEBHOOK_EVENTS } from "./types.ts";

export interface Endpoint {
  /** Of tenant and address: the same for as long as these are. */
  id: string;
  url: string;
  /** `whsec_…`; the first ones sign as well while receivers change to another. */
  secrets: string[];
  /** Null: of all tenants. */
  tenant: string | null;
  events: ReadonlySet<WebhookEventType>;
}

/** WEBHOOKS can't be used; the message names the entry and the field. */
export class WebhooksError extends Error {
  override readonly name = "WebhooksError";
}

const ALL_TENANTS = "*";
const ID_CHARACTERS = 12;

const rowSchema = z
  .strictObject({
    url: z.url({ error: "an address" }),
    secret: z.string().optional(),
    secretEnv: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]*$/, "the name of an environment variable")
      .optional(),
    tenant: z.string().min(1).optional(),
    events: z.array(z.enum(WEBHOOK_EVENTS)).min(1).optional(),
  })
  .refine(({ secret, secretEnv }) => (secret === undefined) !== (secretEnv === undefined), {
    path: ["secret"],
    error: "either secret or secretEnv, the name of the environment variable that holds it",
  });

/**
 * @throws WebhooksError naming the entry and field that can't be used
 */
export async function loadEndpoints(
  config: Pick<Config, "WEBHOOKS" | "TENANT" | "DEMO" | "secret">,
): Promise<Endpoint[]> {
  const setting = config.WEBHOOKS?.trim();
  if (!setting) return [];
  const inline = setting.startsWith("[");
  const source = inline ? "WEBHOOKS" : setting;
  const text = inline
    ? setting
    : await readFile(resolve(setting), "utf8").catch((error: NodeJS.ErrnoException) => {
        throw new WebhooksError(`WEBHOOKS: ${setting} can't be read: ${error.code ?? error.message}`);
      });
  const endpoints = parseRows(source, text).map((row, index) => toEndpoint(row, `${source}[${index}]`, config));
  const twice = endpoints.find(({ id }, index) => endpoints.findIndex((other) => other.id === id) !== index);
  if (twice) throw new WebhooksError(`${source}: ${shownUrl(twice.url)} stands there twice for the same tenant`);
  return endpoints;
}

function parseRows(source: string, text: string): Array<z.output<typeof rowSchema>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new WebhooksError(`${source} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = z.array(rowSchema).safeParse(json);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `${source}[${path.join("].")}: ${message}`);
  throw new WebhooksError(lines.join("\n"));
}

function toEndpoint(
  { url, secret, secretEnv, tenant, events }: z.output<typeof rowSchema>,
  where: string,
  config: Pick<Config, "TENANT" | "DEMO" | "secret">,
): Endpoint {
  refuseUnsafe(new URL(url), where, config.DEMO);
  const given = secret ?? config.secret(secretEnv ?? "");
  if (!given) throw new WebhooksError(`${where}.secretEnv: ${secretEnv} is not set`);
  const secrets = given.split(",").map((each) => each.trim());
  for (const each of secrets) assertSecret(each, `${where}.${secret === undefined ? "secretEnv" : "secret"}`);
  const whose = tenant === ALL_TENANTS ? null : (tenant ?? config.TENANT);
  const id = createHash("sha256")
    .update(JSON.stringify([whose, url]))
    .digest("base64url")
    .slice(0, ID_CHARACTERS);
  return { id, url, secrets, tenant: whose, events: new Set(events ?? WEBHOOK_EVENTS) };
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Only TLS leaves the machine; plain HTTP is for trying things out on it. */
function refuseUnsafe({ protocol, hostname, username, password }: URL, where: string, demo: boolean): void {
  if (username || password) throw new WebhooksError(`${where}.url: a user or password in the address ends up in logs`);
  if (protocol === "https:" || (protocol === "http:" && demo && LOOPBACK.test(hostname))) return;
  throw new WebhooksError(`${where}.url: it must begin with https:// (http:// on a loopback address, with DEMO=true)`);
}

const SECRET_BYTES = { min: 24, max: 64 };

/** What the standard asks of a secret. */
function assertSecret(secret: string, where: string): void {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  const bytes = Buffer.from(base64 ?? "", "base64").length;
  if (base64 === undefined || bytes < SECRET_BYTES.min || bytes > SECRET_BYTES.max)
    throw new WebhooksError(
      `${where}: it must be whsec_ and ${SECRET_BYTES.min} to ${SECRET_BYTES.max} random bytes in base64 (npm run webhooks -- secret)`,
    );
}

/** For people: what stands behind the path may be a token. */
export const shownUrl = (url: string): string => {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
};

/** One signature for each secret, as the header `webhook-signature` has them. */
export const signaturesOf = ({ secrets }: Endpoint, id: string, at: Date, body: string): string =>
  secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(" ");
