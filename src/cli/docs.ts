/** `npm run docs`: writes the configuration tables of both READMEs anew. */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { configTable, withTable } from "./config-table.ts";
import { runCommand } from "./instance.ts";

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

await runCommand(async () => {
  const chinese = JSON.parse(await readFile(path("docs/config.zh.json"), "utf8")) as Record<string, string>;
  for (const [file, table] of [
    ["README.md", configTable("en")],
    ["README.zh.md", configTable("zh", chinese)],
  ] as const) {
    const text = await readFile(path(file), "utf8");
    const written = withTable(text, table);
    if (written !== text) await writeFile(path(file), written);
    console.log(`${file}: ${written === text ? "up to date" : "written"}`);
  }
});
