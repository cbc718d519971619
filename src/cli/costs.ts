/** `npm run costs [-- --days 30 --tenant T]`: what models cost, by tenant and tier (M4). */
import { parseArgs } from "node:util";
import { loadConfig } from "../config.ts";
import { spendingSince } from "../store/model-calls.ts";
import { openStore } from "../store/mongo.ts";
import { addresses, runCommand } from "./instance.ts";

const DAY_MS = 86_400_000;
const COLUMNS = ["tenant", "tier", "calls", "turns", "input tokens", "output tokens", "cost", "cost a turn"];

const money = (cost: Record<string, number>, by = 1): string =>
  Object.entries(cost)
    .map(([currency, amount]) => `${(amount / by).toFixed(4)} ${currency}`)
    .join(" + ") || "free";

await runCommand(async () => {
  const { values } = parseArgs({ options: { days: { type: "string", default: "30" }, tenant: { type: "string" } } });
  const days = Number(values.days);
  if (!(days > 0)) throw new Error("Usage: npm run costs [-- --days 30 --tenant T]");
  const store = await openStore((await addresses(loadConfig())).mongodbUri);
  try {
    const spending = await spendingSince(store, new Date(Date.now() - days * DAY_MS), values.tenant);
    if (spending.length === 0)
      return console.log(`No model was asked in the last ${days} days: patterns and examples answered.`);
    const rows = spending.map((one) => [
      ...[one.tenant ?? "", one.tier ?? "", String(one.calls), String(one.turns)],
      ...[String(one.inputTokens), String(one.outputTokens), money(one.cost), money(one.cost, Math.max(1, one.turns))],
    ]);
    const widths = COLUMNS.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)));
    for (const row of [COLUMNS, ...rows])
      console.log(
        row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join("  ")
          .trimEnd(),
      );
  } finally {
    await store.close();
  }
});
