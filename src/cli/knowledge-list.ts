/** `npm run knowledge -- list`: what a tenant's knowledge holds, asked most first. */
import { parseArgs } from "node:util";
import { loadConfig } from "../config.ts";
import { createKnowledgeStore } from "../knowledge/store.ts";
import type { EntryStatus, KnowledgeEntryDoc } from "../knowledge/types.ts";
import { openStore } from "../store/mongo.ts";
import { addresses } from "./instance.ts";

const STATUSES: readonly EntryStatus[] = ["draft", "live", "retired"];
const LIMIT = 50;

export const usage = [
  `list [--status ${STATUSES.join("|")}] [--contains TEXT] [--limit ${LIMIT}] [--json] [--tenant T]`,
];

function lines({ id, status, reviewed, stakes, asked, question, answer, flags }: KnowledgeEntryDoc): string {
  const marks = [status, reviewed ? "reviewed" : null, stakes, ...flags.map(({ kind }) => kind)].filter(Boolean);
  return `${id}  [${marks.join(", ")}]  asked ${asked}\n  Q ${question}\n  A ${answer.replaceAll("\n", "\n    ")}`;
}

export async function run(args: string[]): Promise<void> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args,
    options: { status: text, contains: text, limit: text, tenant: text, json: { type: "boolean" } },
  });
  const limit = Number(values.limit ?? LIMIT);
  const status = STATUSES.find((one) => one === values.status);
  if (!Number.isSafeInteger(limit) || limit < 1 || (values.status !== undefined && status === undefined))
    throw new Error(`Usage: npm run knowledge -- ${usage.join("")}`);
  const config = loadConfig();
  const store = await openStore((await addresses(config)).mongodbUri);
  try {
    const filter = {
      limit,
      ...(status === undefined ? {} : { status }),
      ...(values.contains === undefined ? {} : { text: values.contains }),
    };
    const found = await createKnowledgeStore(store).list(values.tenant ?? config.TENANT, filter);
    for (const entry of found) console.log(values.json ? JSON.stringify(entry) : lines(entry));
    if (found.length === 0) console.error("Nothing there. `npm run knowledge -- import FILE` brings logs in.");
    if (found.length === limit) console.error(`The first ${limit}; --limit N shows more.`);
  } finally {
    await store.close();
  }
}
