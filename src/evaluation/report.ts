/** Words docs/evaluation.md from what a run measured. Nothing here knows a figure. */
import type { Locale } from "../dialogue/types.ts";
import type { Calibration } from "../models/calibration.ts";
import { CPU_USD_PER_HOUR, cpuUsd, GPT4_CLASS } from "./cost.ts";
import { ms, percent, table } from "./markdown.ts";
import { percentile, precision, recall, share, slotCounts } from "./metrics.ts";
import { calibrationText, tagsTable } from "./report-quality.ts";
import type { TwoStepResult } from "./run.ts";
import type { DialogueResult, MessageResult, Spending, Split, VariantResult } from "./types.ts";
import { SLOT_NAMES } from "./types.ts";

export interface Report {
  split: Split;
  /** ISO date. */
  date: string;
  commit: string;
  machine: string;
  /** The in-process tiers first; the last is the router with everything configured. */
  variants: VariantResult[];
  twoStep: TwoStepResult | null;
  allGpt4: Spending | null;
  /** Dialogues over the HTTP API of a running system. */
  live: DialogueResult[] | null;
  calibration: Calibration;
}

const LOCALES: Locale[] = ["zh", "en"];
const LANGUAGES: Record<Locale, string> = { zh: "Chinese", en: "English" };
const BARS = { intent: 0.95, slots: 0.9, dialogues: 0.95, turnMs: 2_000, quickMs: 150 } as const;
const ALL_TURNS = 1_000;

const of = <T extends { locale: Locale }>(results: T[], locale: Locale): T[] =>
  results.filter((result) => result.locale === locale);

export function wordReport(report: Report): string {
  const { split, date, commit, machine, variants } = report;
  const bars = barsVariant(variants);
  const parts = [
    "# Evaluation",
    `Written by \`npm run evaluate\`; edits are lost. ${date}, commit ${commit}, ${machine}. Split: ${split}. The data and who may look at it: [data/evaluation](../data/evaluation/README.md).`,
    bars ? section("Bars, with in-process tiers only", barsTable(report, bars)) : "",
    section("Tiers", tiersTable(variants)),
    ...variants.map((variant) =>
      variant.messages.length === 0 ? "" : section(`Slots: ${variant.name}`, slotsTable(variant.messages)),
    ),
    section("Latency", latencyTable(report)),
    report.twoStep
      ? section("Joint prediction against intent first, then entities (D2)", twoStepText(report.twoStep))
      : "",
    section("Cost", costTable(report)),
    section("Calibration", calibrationText(report)),
    section("What fails, by tag", tagsTable(bars ?? variants[0])),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

const section = (title: string, body: string): string => (body === "" ? "" : `## ${title}\n\n${body}`);

/** The bars are for what needs no cloud: the richest of those that were run. */
const barsVariant = (variants: VariantResult[]): VariantResult | undefined =>
  variants.find(({ name }) => name === "examples + small") ?? variants.find(({ name }) => name === "examples");

function barsTable({ live }: Report, { name, messages, dialogues }: VariantResult): string {
  const turns = (live ?? dialogues).flatMap((dialogue) => dialogue.turns);
  const how = live ? "over HTTP" : "in process";
  const quick = turns.filter((turn) => turn.quick).map((turn) => turn.ms);
  // The sample over HTTP is of the same dialogues.
  const wrong = new Set([...dialogues, ...(live ?? [])].filter(({ wrongAction }) => wrongAction).map(({ id }) => id))
    .size;
  const rows = [
    ...LOCALES.flatMap((locale) => [
      bar(`intent right, ${LANGUAGES[locale]}`, share(of(messages, locale).map((one) => one.intentRight)), BARS.intent),
      bar(
        `all slots right, ${LANGUAGES[locale]}`,
        share(of(messages, locale).map((one) => one.slotsRight)),
        BARS.slots,
      ),
      bar(
        `dialogues right, ${LANGUAGES[locale]}`,
        share(of(dialogues, locale).map((one) => one.right)),
        BARS.dialogues,
      ),
    ]),
    [
      "wrong or unconfirmed actions",
      "0",
      dialogues.length === 0 ? "–" : String(wrong),
      dialogues.length === 0 ? "" : mark(wrong === 0),
    ],
    limit(
      `p50 of a turn, ${how}`,
      percentile(
        turns.map((turn) => turn.ms),
        0.5,
      ),
      BARS.turnMs,
    ),
    limit(`p50 of a turn that patterns and examples settle, ${how}`, percentile(quick, 0.5), BARS.quickMs),
  ];
  return `Tiers: ${name}; ${messages.length} messages, ${dialogues.length} dialogues.\n\n${table(["what", "bar", "measured", ""], rows)}`;
}

const mark = (holds: boolean): string => (holds ? "✓" : "✗");
const bar = (what: string, value: number | null, least: number): string[] => [
  what,
  `≥ ${percent(least)}`,
  percent(value),
  value === null ? "" : mark(value >= least),
];
const limit = (what: string, value: number | null, most: number): string[] => [
  what,
  `≤ ${ms(most)}`,
  ms(value),
  value === null ? "" : mark(value <= most),
];

function tiersTable(variants: VariantResult[]): string {
  return table(
    [
      "tiers",
      "language",
      "intent",
      "all slots",
      "intent and slots",
      "dialogues right",
      "wrong or unconfirmed",
      "turns a request",
    ],
    variants.flatMap((variant) =>
      LOCALES.map((locale) => {
        const messages = of(variant.messages, locale);
        const dialogues = of(variant.dialogues, locale);
        return [
          variant.name,
          LANGUAGES[locale],
          percent(share(messages.map((one) => one.intentRight))),
          percent(share(messages.map((one) => one.slotsRight))),
          percent(share(messages.map((one) => one.intentRight && one.slotsRight))),
          dialogues.length === 0
            ? "–"
            : `${dialogues.filter((one) => one.right).length} of ${dialogues.length} (${percent(share(dialogues.map((one) => one.right)))})`,
          dialogues.length === 0 ? "–" : String(dialogues.filter((one) => one.wrongAction).length),
          turnsPerRequest(dialogues),
        ];
      }),
    ),
  );
}

/** Of dialogues that ended right and changed something. */
function turnsPerRequest(dialogues: DialogueResult[]): string {
  const right = dialogues.filter((one) => one.right && one.finished > 0);
  const requests = right.reduce((sum, one) => sum + one.finished, 0);
  return requests === 0 ? "–" : (right.reduce((sum, one) => sum + one.turns.length, 0) / requests).toFixed(2);
}

function slotsTable(messages: MessageResult[]): string {
  const perLocale = LOCALES.map((locale) => slotCounts(of(messages, locale)));
  return table(
    [
      "slot",
      ...LOCALES.flatMap((locale) => [`precision, ${LANGUAGES[locale]}`, `recall, ${LANGUAGES[locale]}`]),
      "labelled",
    ],
    SLOT_NAMES.map((slot) => [
      slot,
      ...perLocale.flatMap((counts) => [percent(precision(counts[slot])), percent(recall(counts[slot]))]),
      String(perLocale.reduce((sum, counts) => sum + counts[slot].tp + counts[slot].fn, 0)),
    ]),
  );
}

function latencyTable({ variants, live }: Report): string {
  const rows = variants.map((variant) => latencyRow(`${variant.name}, in process`, allTurns(variant)));
  if (live)
    rows.push(
      latencyRow(
        "npm start, over the HTTP API",
        live.flatMap((one) => one.turns),
      ),
    );
  const sampled = live
    ? `\n\nOver HTTP: a fixed sample of ${LOCALES.map((locale) => `${of(live, locale).length} ${LANGUAGES[locale]}`).join(" and ")} dialogues against real Temporal and a MongoDB-protocol store, one at a time; ${live.filter((one) => one.right).length} of ${live.length} right, ${live.filter((one) => one.wrongAction).length} with a wrong action. "In process" is understanding, machine and wording without Temporal and store.`
    : "";
  return (
    table(["", "turns", "p50", "p95", "p50 settled by patterns and examples", "p95 of those", "asked a model"], rows) +
    sampled
  );
}

const allTurns = ({ messages, dialogues }: VariantResult): DialogueResult["turns"] => [
  ...messages,
  ...dialogues.flatMap((one) => one.turns),
];

function latencyRow(name: string, turns: DialogueResult["turns"]): string[] {
  const quick = turns.filter((turn) => turn.quick).map((turn) => turn.ms);
  const every = turns.map((turn) => turn.ms);
  return [
    name,
    String(turns.length),
    ms(percentile(every, 0.5)),
    ms(percentile(every, 0.95)),
    ms(percentile(quick, 0.5)),
    ms(percentile(quick, 0.95)),
    percent(share(turns.map((turn) => !turn.quick))),
  ];
}

function twoStepText(result: TwoStepResult): string {
  const fewer = 1 - result.jointTurns / result.twoStepTurns;
  return `${table(
    ["", "turns a finished request", "dialogues right"],
    [
      [
        "joint prediction, missing slots asked together",
        result.jointTurns.toFixed(2),
        `${result.jointRight} of ${result.of}`,
      ],
      [
        "intent first, then one entity at a time",
        result.twoStepTurns.toFixed(2),
        `${result.twoStepRight} of ${result.of}`,
      ],
    ],
  )}

${percent(fewer)} fewer turns (the reference claims 18 %). The same ${result.compared} dialogues, which end right both ways; each is one opening and a customer who answers what is asked. Patterns and examples only.`;
}

function costTable({ variants, allGpt4 }: Report): string {
  const rows = variants.map((variant) => {
    const turns = allTurns(variant).length;
    const usd = variant.spending.usd + cpuUsd(variant.cpuS);
    const gpt4 = allGpt4 && turns > 0 ? allGpt4.usd / allGpt4.calls : null;
    return [
      variant.name,
      String(turns),
      String(variant.spending.calls),
      `${variant.spending.inputTokens} + ${variant.spending.outputTokens}`,
      perThousand(variant.spending.usd, turns),
      perThousand(cpuUsd(variant.cpuS), turns),
      gpt4 === null || usd === 0 ? "–" : `1 : ${Math.round((gpt4 * turns) / usd)}`,
    ];
  });
  const compared = allGpt4
    ? `\n\nThe same ${allGpt4.calls} turns, each read by a GPT-4-class model: ${allGpt4.inputTokens} + ${allGpt4.outputTokens} tokens of the very prompts (o200k tokenizer; answers as long as the prompt's worked examples), ${perThousand(allGpt4.usd, allGpt4.calls)} a thousand turns at $${GPT4_CLASS.inputPerMillion} and $${GPT4_CLASS.outputPerMillion} a million. Our CPU time is charged at $${CPU_USD_PER_HOUR} an hour and core; the reference's ratio is 1 : 20.`
    : "";
  return (
    table(
      [
        "tiers",
        "turns",
        "model calls",
        "tokens in + out",
        "models, a thousand turns",
        "CPU, a thousand turns",
        "against all-GPT-4",
      ],
      rows,
    ) + compared
  );
}

const perThousand = (usd: number, turns: number): string =>
  turns === 0 ? "–" : `$${((usd / turns) * ALL_TURNS).toFixed(4)}`;
