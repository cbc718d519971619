import { orderShape } from "../../src/commerce/order-shape.ts";
import { findPersonal } from "../../src/safety/pii/find.ts";
import { orderNumberFinder } from "../../src/safety/pii/order-number.ts";
import type { PiiSpan } from "../../src/safety/pii/types.ts";
import type { Case } from "./pii-texts.ts";
import { ORDER_EXAMPLES } from "./pii-texts.ts";

export interface Tally {
  /** How many there were, and how many of them were covered whole by a stretch of the right kind. */
  there: number;
  covered: number;
  /** How many stretches were taken, and how many of them rightly. */
  taken: number;
  right: number;
}

export interface PiiResult {
  byLabel: Map<string, Tally>;
  all: Tally;
  /** Per text, in milliseconds. */
  meanMs: number;
  wrong: Array<{ text: string; disguise: string; expected: string[]; found: string[] }>;
}

/** A stretch may take this much beside what is personal: a bracket, a plus. */
const BESIDE_MAX_CHARACTERS = 3;
const noTally = (): Tally => ({ there: 0, covered: 0, taken: 0, right: 0 });

const covers = (span: PiiSpan, entity: Case["entities"][number]): boolean =>
  span.label === entity.label && span.from <= entity.from && span.to >= entity.to;
const isRight = (span: PiiSpan, entity: Case["entities"][number]): boolean =>
  span.label === entity.label &&
  span.from < entity.to &&
  entity.from < span.to &&
  entity.from - span.from + (span.to - entity.to) <= BESIDE_MAX_CHARACTERS;

/** Runs the recognisers as the API does, with the shop's order shapes. */
export function measurePii(cases: readonly Case[]): PiiResult {
  const orderNumbers = orderNumberFinder(ORDER_EXAMPLES.map(orderShape));
  const byLabel = new Map<string, Tally>();
  const all = noTally();
  const wrong: PiiResult["wrong"] = [];
  const tally = (label: string): Tally => {
    const known = byLabel.get(label) ?? noTally();
    byLabel.set(label, known);
    return known;
  };
  const started = performance.now();
  for (const { text, entities, disguise } of cases) {
    const spans = findPersonal(text, { orderNumbers });
    const covered = entities.filter((entity) => spans.some((span) => covers(span, entity)));
    const right = spans.filter((span) => entities.some((entity) => isRight(span, entity)));
    for (const { label } of entities) tally(label).there++;
    for (const { label } of covered) tally(label).covered++;
    for (const { label } of spans) tally(label).taken++;
    for (const { label } of right) tally(label).right++;
    if (covered.length < entities.length || right.length < spans.length)
      wrong.push({
        text,
        disguise,
        expected: entities.map(({ label, from, to }) => `${label} ${text.slice(from, to)}`),
        found: spans.map(({ label, from, to }) => `${label} ${text.slice(from, to)}`),
      });
  }
  const meanMs = (performance.now() - started) / cases.length;
  for (const each of byLabel.values())
    for (const key of ["there", "covered", "taken", "right"] as const) all[key] += each[key];
  return { byLabel, all, meanMs, wrong };
}

export const recall = ({ there, covered }: Tally): number => (there === 0 ? 1 : covered / there);
export const precision = ({ taken, right }: Tally): number => (taken === 0 ? 1 : right / taken);
