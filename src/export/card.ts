/** The data card, with the fields of Hugging Face's dataset cards: what is in it, how it was made, what it is not good for. */
import type { WrittenFile } from "./files.ts";
import { fileOf, SYSTEM } from "./formats.ts";
import type { Tally } from "./tally.ts";
import type { ExportOptions, LeftOut, RecordSource } from "./types.ts";
import { LEFT_OUT } from "./types.ts";

const SOURCES: Record<RecordSource, string> = {
  entry: "entries that a person accepted",
  file: "the shop's own articles and pairs",
  handoff: "conversations that an agent resolved",
  log: "imported logs whose entry was accepted",
  version: "edited or rejected answers against accepted ones",
  feedback: "answers judged unhelpful against an agent's",
};
const SIZES = [1_000, 10_000, 100_000, 1_000_000];
const SIZE_NAMES = ["n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "n>1M"];

export interface CardFacts {
  options: ExportOptions;
  tally: Tally;
  files: readonly WrittenFile[];
  command: string;
  at: Date;
}

const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
const counts = (of: Record<string, number>): string[][] =>
  Object.entries(of)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => [name, String(count)]);

/** As a value in YAML, whatever is in it. */
const quoted = (text: string): string => JSON.stringify(text);

function frontMatter({ options: { kind, tenant, licence }, tally }: CardFacts): string {
  const records = tally.train + tally.test;
  const size = SIZE_NAMES[SIZES.filter((limit) => records >= limit).length] ?? "n>1M";
  const sides = (["train", "test"] as const).filter((side) => tally[side] > 0);
  return `---
pretty_name: ${quoted(`Colloquy ${kind}, ${tenant}`)}
language:
${Object.keys(tally.by.language)
  .map((language) => `- ${language}`)
  .join("\n")}
license: other
license_name: ${quoted(licence)}
task_categories:
- text-generation
- question-answering
annotations_creators:
- expert-generated
language_creators:
- found
- expert-generated
source_datasets:
- original
size_categories:
- ${size}
configs:
- config_name: default
  data_files:
${sides.map((side) => `  - split: ${side}\n    path: ${fileOf(side)}`).join("\n")}
---`;
}

export function cardOf(facts: CardFacts): string {
  const { options, tally, files, command, at } = facts;
  const { kind, format, tenant, seed, testShare, consent, licence, consentField } = options;
  const sources = Object.entries(tally.by.source).map(([name, count]) => [
    `${name}: ${SOURCES[name as RecordSource]}`,
    String(count),
  ]);
  const left = Object.entries(tally.leftOut).map(([why, count]) => [LEFT_OUT[why as LeftOut], String(count)]);
  const basis = {
    none: "No words of customers: entries that the shop accepted only, without the wordings that customers gave them.",
    contract: "Customers' words are used on the shop's terms with them (TRAINING_CONSENT=contract).",
    "opt-in": `Customers' words are used of those only whose profile says ${consentField}: true (TRAINING_CONSENT=opt-in).`,
  }[consent];
  return `${frontMatter(facts)}

# Colloquy ${kind}, tenant ${tenant}

Made ${at.toISOString()} by

\`\`\`bash
${command}
\`\`\`

## Dataset description

- **What it is:** ${kind === "dpo" ? "pairs of a better and a worse answer" : "questions and conversations with the answers that should be given"}, out of this shop's customer service.
- **Format:** ${format === "openai" ? "OpenAI's fine-tuning files" : "LLaMA-Factory, sharegpt"}; \`records.jsonl\` has what is known of each line.
- **Licence:** ${licence}
- **Consent:** ${basis}
- **Records:** ${tally.train} to train on, ${tally.test} to test with; ${tally.characters} characters.
- **Reviewed or said:** ${tally.first} to ${tally.last}, by ${tally.reviewers.size} people.

## Uses

Meant for tuning a model that words answers for this shop, and for measuring whether it got better. Not meant as what the shop knows: prices, periods and
conditions change, and a model goes on saying the old ones; answers should rest on retrieved passages. Not for judging agents, nor for finding out
anything about customers.

## Structure

${table(["source", "records"], sources)}

${table(["language", "records"], counts(tally.by.language))}

${table(["intent", "records"], counts(tally.by.intent))}

${table(["used on the basis of", "records"], counts(tally.by.basis))}

Each example begins with this system prompt, which the tuned model should be given as well:

- zh: ${SYSTEM.zh}
- en: ${SYSTEM.en}

## Creation

- **Review:** entries were accepted or edited by a person; conversations were resolved by an agent, greetings, waiting and the bot's words are left out of what they say.
  A log's answer is taken only where the accepted entry supports it. Who it was stands in \`records.jsonl\` as a keyed hash.
- **Split:** ${Math.round(testShare * 100)} % to test with, seed ${seed}, language by language. Wordings of one entry, messages of one conversation, questions whose character
  trigrams are alike (Jaccard 0.6) and answers that are (0.8) are never on both sides.
- **Duplicates:** of records whose question and answer are alike (0.85) and hold the same numbers one is kept.

## Personal and sensitive information

Masked when it was taken in and again for this export; looked for once more in every text that was written, and nothing was found. Customers' and agents' names as their
profiles have them, and order numbers, are replaced as well. Who was erased isn't in it; who is erased from now on still is: **export anew and delete this copy then**.

${Object.keys(tally.by.placeholder).length > 0 ? table(["placeholder", "times"], counts(tally.by.placeholder)) : "There are no placeholders."}

## Left out

${left.length > 0 ? table(["why", "number"], left) : "Nothing."}

## Limits

- Names that nobody's profile holds, and what somebody tells about themselves in plain words, are not recognised.
- Agents also say what they did with an order; a model that learnt it may claim to have done it. Keep the check of answers against passages.
- Paraphrases in other words that stand in two entries with different answers may be on both sides of the split.
- It is what this shop's customers asked and its people answered, with their bias; languages and intents are as uneven as the tables say.

## Files

${table(
  ["file", "lines", "bytes", "SHA-256"],
  files.map(({ name, lines, bytes, sha256 }) => [name, String(lines), String(bytes), sha256]),
)}
`;
}
