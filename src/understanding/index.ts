import { looksLikeOrderId } from "../commerce/order-shape.ts";
import type { CommerceBackend, Order, Product } from "../commerce/types.ts";
import { isRequestKind } from "../commerce/types.ts";
import { sameItem } from "../dialogue/items.ts";
import type { SessionIdentity, UnderstandInput } from "../dialogue/session.ts";
import type { Understanding } from "../dialogue/types.ts";
import type { Knowledge } from "../knowledge/index.ts";
import type { Calibration } from "../models/calibration.ts";
import type { Routed, Router } from "../models/router.ts";
import { NoTierAnswered } from "../models/router.ts";
import type { Prediction, Stakes } from "../models/types.ts";
import { isPrivate } from "../safety/private.ts";
import { onlyWhatWasSaid, predictRequest, withPrediction } from "./by-model.ts";
import type { DriftWatch } from "./drift.ts";
import type { Classifier } from "./examples.ts";
import { LABELS } from "./examples.ts";
import { ground } from "./ground.ts";
import { asKnownQuestion } from "./known-question.ts";
import { hasWord, namedOrders, toLines } from "./lines.ts";
import type { LooseNames } from "./loose-names.ts";
import { namesLine } from "./names.ts";
import { aboutPast, asksAboutPast } from "./past.ts";
import type { Ground } from "./point.ts";
import { askedSlots, linesOf, otherValues } from "./point.ts";
import { read } from "./read.ts";
import type { Reading } from "./reading.ts";
import { says } from "./residue.ts";
import type { Situation } from "./roles.ts";
import { isUnansweredMedicine, isUnsure, stakesOf } from "./stakes.ts";
import { normalize } from "./text.ts";
import type { Thesaurus } from "./thesaurus.ts";

export interface UnderstandingDeps {
  commerce: CommerceBackend;
  classifier: Classifier;
  loose: LooseNames;
  thesaurus: Thesaurus;
  knowledge: Knowledge;
  /** Pieces of earlier conversations for a prompt about these words, cited (T4); none where there is no memory. */
  past?: ((input: UnderstandInput) => Promise<string[]>) | undefined;
  /** Whether earlier conversations answer this question about them; absent where there is no memory. */
  told?: ((identity: SessionIdentity, question: string) => Promise<boolean>) | undefined;
  /** Tiers beyond patterns and examples; null when none is configured or ready. */
  router(): Router | null;
  calibration: Calibration;
  drift: DriftWatch;
  limits: UnderstandingLimits;
}

export interface UnderstandingLimits {
  /** Goods of this amount or more, in the order's currency, are of high value (M3). */
  highValue: number;
  /** Medicine and goods of high value: a calibrated confidence below it, after the last tier, is a case for a person (M6). */
  handoffConfidence: number;
}

export interface Understander {
  /** Patterns, examples and the shop's data (M1, in process). `settled` false: a model should be asked. */
  quick(input: UnderstandInput): Promise<{
    understanding: Understanding;
    settled: boolean;
    /** Patterns alone settled it. */
    plain: boolean;
  }>;
  /** The tiers in their order (M2). @throws ModelError when none answers */
  byModel(input: UnderstandInput, signal: AbortSignal, timeoutMs: number): Promise<Understanding>;
}

/** A reading by patterns and examples that is less sure than this is put to a model, where there is one. */
const SETTLED_CONFIDENCE = 0.72;
/** What an entry of the knowledge says it was: as sure as examples get. */
const KNOWN_CONFIDENCE = 0.9;
/** Least confidence at which a model's reading replaces theirs; measured: at .6 and above 19 of 20 are right. */
const MODEL_CONFIDENCE = 0.6;

export function createUnderstander(deps: UnderstandingDeps): Understander {
  const { calibration, classifier, drift, limits, router } = deps;

  const readExamples = async (
    at: Ground,
    texts: string[],
  ): Promise<{ reading: Reading; understanding: Understanding }> => {
    const reading = await read(texts, situationFor(at), classifier);
    const confidence = calibration.probability("examples", reading.confidence);
    const understanding = { ...(await ground(reading, at)), confidence };
    const known = await asKnownQuestion(reading, understanding, at);
    if (!known) return { reading, understanding };
    // What was only perhaps meant is put to a model, where there is one.
    const sure = known.acts.some((act) => act.intent === "question" && !act.perhaps);
    return { reading: { ...reading, confidence: sure ? KNOWN_CONFIDENCE : 0 }, understanding: known };
  };

  /** What the last tier that was asked makes of it: nobody is asked after this. */
  const conclude = async (understanding: Understanding, at: Ground): Promise<Understanding> => {
    const stakes = (): Stakes => stakesOf(at, limits.highValue);
    const unsure = isUnsure(understanding, limits.handoffConfidence, stakes);
    return {
      ...understanding,
      ...(unsure || (limits.handoffConfidence > 0 && isUnansweredMedicine(understanding, stakes))
        ? { unsure: true }
        : {}),
      ...((await drift.offTopic(understanding, at)) ? { offTopic: true } : {}),
      ...(router()?.writes() ? { writes: true } : {}),
    };
  };

  return {
    async quick(input) {
      const at = await groundFor(deps, input);
      const asked = input.texts.join("\n");
      // What is open comes first: its answers look like questions about it.
      if (input.dialogue.open.length === 0 && asksAboutPast(at.text) && (await deps.told?.(input.identity, asked)))
        return { understanding: await conclude(aboutPast(asked), at), settled: true, plain: false };
      const { reading, understanding } = await readExamples(at, input.texts);
      const sure = understanding.understood && reading.confidence >= SETTLED_CONFIDENCE;
      const settled = sure || router() === null;
      const plain = sure && reading.confidence === 1;
      return { understanding: settled ? await conclude(understanding, at) : understanding, settled, plain };
    },
    async byModel(input, signal, timeoutMs) {
      const at = await groundFor(deps, input);
      const { reading, understanding } = await readExamples(at, input.texts);
      const past = (await deps.past?.(input)) ?? [];
      const prediction = await predict(router(), input, at, past, { signal, timeoutMs }, limits.highValue).catch(
        (error: unknown) => {
          // Every tier failed or is over its quota: what the examples made of it is better than nothing (beyond-list 10).
          if (error instanceof NoTierAnswered && understanding.understood) return null;
          throw error;
        },
      );
      // A model that is unsure itself knows no more than the examples do.
      if (!prediction || prediction.value.confidence < MODEL_CONFIDENCE) return conclude(understanding, at);
      const { value, tier } = prediction;
      const said = onlyWhatWasSaid(value, predictRequest(input, at, past));
      const predicted = await ground(withPrediction(reading, said, at.text), at);
      return conclude({ ...predicted, tier, confidence: value.confidence }, at);
    },
  };
}

async function predict(
  router: Router | null,
  input: UnderstandInput,
  at: Ground,
  past: string[],
  limits: { signal: AbortSignal; timeoutMs: number },
  highValue: number,
): Promise<Routed<Prediction> | null> {
  const { tenant, sessionId } = input.identity;
  const account = { tenant, sessionId, turn: input.turn };
  const localOnly = isPrivate(at.text);
  const options = { ...limits, ...account, stakes: stakesOf(at, highValue), localOnly };
  // What was private then stays in the network now (M2).
  const shown = localOnly ? past : past.filter((piece) => !isPrivate(piece));
  return router ? router.predict(predictRequest(input, at, shown), options) : null;
}

async function groundFor(
  deps: UnderstandingDeps,
  { identity, texts, dialogue, now }: UnderstandInput,
): Promise<Ground> {
  const { orders, products, shapes } = await shopFor(deps.commerce, identity);
  return {
    lines: toLines(orders, products, deps.thesaurus),
    dialogue,
    signedIn: identity.customerId !== null,
    tenant: identity.tenant,
    locale: identity.locale,
    now: new Date(now),
    text: normalize(texts.join("\n")),
    original: texts.join("\n"),
    looksLikeOrder: (word) => looksLikeOrderId(word, shapes),
    loose: deps.loose,
    thesaurus: deps.thesaurus,
    knowledge: deps.knowledge,
    async isReason(clause) {
      const { label, margin } = await deps.classifier.classify(clause, NO_REQUESTS);
      return label === "reason" || margin < NO_REASON_MARGIN;
    },
  };
}

async function shopFor(
  commerce: CommerceBackend,
  { tenant, customerId }: SessionIdentity,
): Promise<{ orders: Order[]; products: Map<string, Product>; shapes: string[] }> {
  if (customerId === null) return { orders: [], products: new Map(), shapes: [] };
  const [orders, shapes] = await Promise.all([commerce.orders(tenant, customerId), commerce.orderShapes(tenant)]);
  const products = await commerce.products(tenant, [
    ...new Set(orders.flatMap((order) => order.items.map((item) => item.productId))),
  ]);
  return { orders, shapes, products: new Map(products.map((product) => [product.id, product])) };
}

function situationFor(at: Ground): Situation {
  const orders = [...new Set(at.lines.map((line) => line.order))];
  const open = at.dialogue.open.flatMap((request) => request.items);
  return {
    state: at.dialogue.state,
    asked: askedSlots(at.dialogue),
    namesItem: (clause) =>
      namesLine(clause, at.lines, at.thesaurus) || namedOrders(clause, orders, at.looksLikeOrder).orders.length > 0,
    says: (clause) => says(clause, at.lines),
    openKinds: at.dialogue.open.map((request) => request.kind),
    openPieces: linesOf(at, open).map(
      (line) => open.find((item) => sameItem(item, line.ref))?.quantity ?? line.item.quantity,
    ),
    lacksReason:
      at.dialogue.state === "CONFIRM" &&
      at.dialogue.open.some((request) => request.kind !== "cancel" && request.reason === null),
    namesVariant: (clause) =>
      at.dialogue.open.some((request) => request.kind === "exchange") &&
      at.lines.some((line) => otherValues(line).some((word) => hasWord(clause, word))),
    namesOtherVariant: (clause) =>
      clause !== "" &&
      at.lines.some(
        (line) => line.order.status === "delivered" && otherValues(line).some((word) => hasWord(clause, word)),
      ),
  };
}

/** Said beside a request, a clause explains it unless it is plainly something else. */
const NO_REASON_MARGIN = 0.25;
/** What a clause may be that stands beside a request. */
const NO_REQUESTS = LABELS.filter((label) => !isRequestKind(label) && label !== "out_of_scope");
