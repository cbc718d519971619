/** `npm start`: the whole system on one machine, nothing else installed. Ctrl-C stops all of it. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { importShop } from "../commerce/import.ts";
import type { Config } from "../config.ts";
import { inheritedEnvironment, loadConfig } from "../config.ts";
import type { IdentityProvider } from "../embedded/identity-provider.ts";
import { startIdentityProvider } from "../embedded/identity-provider.ts";
import { writeInstance } from "../embedded/instance.ts";
import { assertPortFree } from "../embedded/ports.ts";
import { createProgressDisplay } from "../embedded/progress.ts";
import { startEmbedded } from "../embedded/start.ts";
import type { Embedded } from "../embedded/types.ts";
import { openStore } from "../store/mongo.ts";
import { loadEndpoints } from "../webhooks/endpoints.ts";
import { configuredTiers } from "../worker/tiers.ts";
import type { Child } from "./children.ts";
import { runChild } from "./children.ts";
import { auditKey, jwtSecret, masterKey } from "./instance.ts";
import { buildPages } from "./pages.ts";

const demoShop = fileURLToPath(new URL("../../data/demo-shop.json", import.meta.url));

/** Only into an empty shop: a shop's own data is never mixed with ours. */
async function seedDemoShop(uri: string, tenant: string): Promise<void> {
  const store = await openStore(uri);
  try {
    if ((await store.orders.countDocuments({ tenant }, { limit: 1 })) > 0) return;
    await importShop(store, tenant, demoShop, await readFile(demoShop, "utf8"), new Date());
  } finally {
    await store.close();
  }
}

const environmentFor = (
  config: Config,
  embedded: Embedded,
  secrets: { JWT_SECRET: string; MASTER_KEY: string; AUDIT_KEY: string },
): Record<string, string | undefined> => ({
  ...inheritedEnvironment(),
  DATA_DIR: resolve(config.DATA_DIR),
  CACHE_DIR: config.cacheDir,
  TEMPORAL_ADDRESS: embedded.temporal.address,
  TEMPORAL_UI_URL: embedded.temporal.uiUrl,
  MONGODB_URI: embedded.mongodb.uri,
  S3_ENDPOINT: embedded.s3.endpoint,
  S3_ACCESS_KEY_ID: embedded.s3.accessKeyId,
  S3_SECRET_ACCESS_KEY: embedded.s3.secretAccessKey,
  ...secrets,
  DEMO: String(isDemo()),
  OMP_NUM_THREADS: "1",
});

/** On unless somebody says otherwise: here it is the other way round. */
const isDemo = (): boolean => (inheritedEnvironment().DEMO ?? "true") === "true";

const baseUrl = (config: Config): string => config.PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`;

function banner(config: Config, embedded: Embedded): string {
  const base = baseUrl(config);
  return [
    "",
    "  Colloquy is running.",
    "",
    `  Chat            ${base}/`,
    `  Agents' desk    ${base}/desk`,
    `  Knowledge       ${base}/knowledge`,
    `  API docs        ${base}/docs`,
    `  Temporal UI     ${embedded.temporal.uiUrl ?? "(configured elsewhere)"}`,
    `  Data folder     ${resolve(config.DATA_DIR)}`,
    "",
    "  Ctrl-C stops everything; open conversations go on at the next start.",
    "",
  ].join("\n");
}

/** Unless there is a real one, or this isn't a demo: people at the desk who sign in by clicking their name. */
async function developmentProvider(config: Config): Promise<IdentityProvider | null> {
  if (config.OIDC_ISSUER || !isDemo()) return null;
  const tenant = config.TENANT;
  return startIdentityProvider([
    { sub: "agent-mei", name: "陈梅 Mei", role: "agent", tenant },
    { sub: "agent-tom", name: "Tom Baker", role: "agent", tenant },
    { sub: "engineer-lu", name: "陆川 Lu", role: "engineer", tenant },
    { sub: "admin-ana", name: "Ana Costa", role: "admin", tenant },
  ]);
}

async function main(): Promise<void> {
  const config = loadConfig();
  // API and worker read them again; here a mistake in them is told before anything is started.
  await configuredTiers(config);
  await loadEndpoints({ ...config, DEMO: isDemo() });
  const display = createProgressDisplay(process.stdout);
  await assertPortFree(config.PORT);
  const aborted = new AbortController();
  const children: Child[] = [];
  const closing: Array<() => Promise<void>> = [];
  let embedded: Embedded | null = null;
  let stopping = false;
  const stop = async (code: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    aborted.abort(new Error("stopped before it had started"));
    console.log("\nStopping…");
    await Promise.all(children.map((child) => child.stop()));
    await Promise.all(closing.map((close) => close()));
    await embedded?.stop();
    console.log("Stopped. Nothing is lost: `npm start` goes on where this left off.");
    process.exit(code);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stop(0));

  try {
    const pages = buildPages(display.onProgress);
    pages.catch(() => undefined);
    embedded = await startEmbedded({
      dataDir: config.DATA_DIR,
      cacheDir: config.cacheDir,
      configured: {
        ...(config.TEMPORAL_ADDRESS ? { temporalAddress: config.TEMPORAL_ADDRESS } : {}),
        ...(config.MONGODB_URI ? { mongodbUri: config.MONGODB_URI } : {}),
        ...(config.S3_ENDPOINT ? { s3Endpoint: config.S3_ENDPOINT } : {}),
        ...(config.S3_ACCESS_KEY_ID ? { s3AccessKeyId: config.S3_ACCESS_KEY_ID } : {}),
        ...(config.S3_SECRET_ACCESS_KEY ? { s3SecretAccessKey: config.S3_SECRET_ACCESS_KEY } : {}),
      },
      indexUrl: config.PYTHON_INDEX_URL,
      uiCodecEndpoint: `${baseUrl(config)}/codec`,
      onProgress: display.onProgress,
      signal: aborted.signal,
    });
    await seedDemoShop(embedded.mongodb.uri, config.TENANT);
    const provider = await developmentProvider(config);
    if (provider) closing.push(provider.stop);
    const secrets = {
      JWT_SECRET: await jwtSecret(config),
      MASTER_KEY: await masterKey(config),
      AUDIT_KEY: await auditKey(config),
    };
    const env = {
      ...environmentFor(config, embedded, secrets),
      ...(provider ? { OIDC_ISSUER: provider.issuer, OIDC_CLIENT_ID: provider.clientId } : {}),
    };
    const options = {
      env,
      dataDir: config.DATA_DIR,
      onProgress: display.onProgress,
      onCrash: (text: string) => console.error(text),
    };
    const worker = await runChild({ name: "worker", script: "worker.ts", ...options });
    children.push(worker);
    await pages;
    const api = await runChild({ name: "api", script: "src/api/main.ts", ...options });
    children.push(api);
    await Promise.all([worker.ready, api.ready]);
    await writeInstance(config.DATA_DIR, {
      pid: process.pid,
      apiUrl: `http://${config.HOST}:${config.PORT}`,
      temporalAddress: embedded.temporal.address,
      mongodbUri: embedded.mongodb.uri,
      s3Endpoint: embedded.s3.endpoint,
      startedAt: new Date().toISOString(),
    });
    display.done();
    console.log(banner(config, embedded));
    await Promise.race(
      [embedded.temporal.exited, embedded.mongodb.exited, embedded.s3.exited].map(
        (exited) => exited ?? new Promise<string>(() => undefined),
      ),
    ).then((what) => {
      if (!stopping) throw new Error(what);
    });
  } catch (error) {
    if (stopping) return;
    display.done();
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    await stop(1);
  }
}

// A wrong setting or a taken port: what to do about it is all there is to say.
await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
