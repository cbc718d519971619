/** `npm run docs`: writes the configuration tables of both READMEs and the JSON schema of tiers files anew. */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { tiersSchemaText } from "../models/tiers-file.ts";
import { configTable, withTable } from "./config-table.ts";
import { runCommand } from "./instance.ts";

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** Writes what changed, and says so. */
async function update(file: string, written: (before: string) => string): Promise<void> {
  const before = await readFile(path(file), "utf8").catch(() => "");
  const after = written(before);
  if (after !== before) await writeFile(path(file), after);
  console.log(`${file}: ${after === before ? "up to date" : "written"}`);
}

await runCommand(async () => {
  const chinese = JSON.parse(await readFile(path("docs/config.zh.json"), "utf8")) as Record<string, string>;
  await update("README.md", (text) => withTable(text, configTable("en")));
  await update("README.zh.md", (text) => withTable(text, configTable("zh", chinese)));
  await update("docs/tiers.schema.json", tiersSchemaText);
});
