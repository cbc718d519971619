/** `npm run audit -- verify [--tenant T] [--expect N:HASH]` and `npm run audit -- show [--tenant T] [--last N]`, on the running instance. */
import { parseArgs } from "node:util";
import { loadConfig } from "../config.ts";
import { verifyAudit } from "../safety/audit.ts";
import type { Store } from "../store/mongo.ts";
import { openStore } from "../store/mongo.ts";
import { addresses, auditKey, runCommand } from "./instance.ts";

const USAGE = `Usage: npm run audit -- verify [--tenant T] [--expect N:HASH]
       npm run audit -- show [--tenant T] [--last 50]`;

/** Every tenant that has a chain or a head: one of them without the other is a fault. */
async function tenantsOf(store: Store, named: string | undefined): Promise<string[]> {
  if (named !== undefined) return [named];
  const [chains, heads] = await Promise.all([store.audit.distinct("tenant"), store.auditHeads.distinct("_id")]);
  return [...new Set([...chains, ...heads])].sort();
}

async function verify(store: Store, key: string, tenants: string[], expected: string | undefined): Promise<void> {
  let faulty = 0;
  for (const tenant of tenants) {
    const { rows, head, faults } = await verifyAudit(store, key, tenant, expected);
    console.log(`${tenant}: ${rows} rows, ${faults.length === 0 ? "intact" : "NOT INTACT"}, head ${rows}:${head}`);
    for (const { n, fault } of faults) console.log(`  row ${n} ${fault}`);
    faulty += faults.length;
  }
  if (tenants.length === 0) console.log("There is no audit log yet.");
  if (faulty > 0) throw new Error(`${faulty} faults: the audit log was tampered with, or AUDIT_KEY is another one.`);
}

async function show(store: Store, tenant: string, last: number): Promise<void> {
  const rows = await store.audit.find({ tenant }).sort({ n: -1 }).limit(last).toArray();
  for (const { n, at, kind, who, what, refs } of rows.reverse()) {
    // Digests say nothing to a person.
    const { settings: _, ...shown } = refs;
    console.log(`${n}  ${at.toISOString()}  ${kind}  ${who}  ${what}  ${JSON.stringify(shown)}`);
  }
}

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { tenant: { type: "string" }, expect: { type: "string" }, last: { type: "string", default: "50" } },
  });
  const [verb] = positionals;
  const last = Number(values.last);
  if ((verb !== "verify" && verb !== "show") || !Number.isSafeInteger(last) || last < 1) throw new Error(USAGE);
  if (values.expect !== undefined && (values.tenant === undefined || !/^\d+:[0-9a-f]{64}$/.test(values.expect)))
    throw new Error(`--expect needs --tenant, and a head as verify prints it.\n${USAGE}`);
  const config = loadConfig();
  const store = await openStore((await addresses(config)).mongodbUri);
  try {
    if (verb === "show") await show(store, values.tenant ?? config.TENANT, last);
    else await verify(store, await auditKey(config), await tenantsOf(store, values.tenant), values.expect);
  } finally {
    await store.close();
  }
});
