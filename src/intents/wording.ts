import { SHOP_TIME_ZONE } from "../commerce/calendar.ts";
import type { ItemRef, Options, Order, OrderRequest, Product, RequestKind } from "../commerce/types.ts";
import type { ActionResult, Locale, OpenRequest, RefusalWhy, Say, Slot } from "../dialogue/types.ts";
import type { Told } from "../memory/types.ts";
import { en } from "./wording.en.ts";
import { zh } from "./wording.zh.ts";
import { wordPromise, wordTold } from "./wording-past.ts";

/** A quick reply under a message; the button sends `text`. */
export interface Choice {
  label: string;
  text: string;
}

/** What the wording needs to know: read from the backend when the message is sent, never carried by the workflow. */
export interface Facts {
  locale: Locale;
  orders: Map<string, Order>;
  products: Map<string, Product>;
  /** By question, already worded: verbatim, or by a tier that writes. `asked`: what the entry answers; `others`: what the next ones do. */
  answers: Map<string, { text: string; asked?: string; others?: string[] }>;
  /** By question about earlier conversations: the turns that answer it. */
  told: Map<string, Told[]>;
  /** By order: what was said in an earlier conversation when it was changed. */
  promised: Map<string, Told>;
  now: Date;
}

/** One item as a customer sees it. */
export interface ItemLine {
  /** "护眼台灯（白色）" */
  label: string;
  quantity: number;
  /** Pieces of the whole line. */
  of: number;
  orderId: string;
  /** "11月18日送达": when it was delivered, shipped or ordered. */
  when: string;
  /** Formatted with its currency, for all pieces. */
  amount: string;
}

/** The sentences of one language. Adding a language is adding one of these. */
export interface Wording {
  fixed: Record<
    | "greeting"
    | "thanks"
    | "goodbye"
    | "anythingElse"
    | "outOfScope"
    | "keptPrivate"
    | "clarify"
    | "offerPerson"
    | "whichOne"
    | "nothingToConfirm"
    | "abandoned"
    | "denied"
    | "holding"
    | "handedOff"
    | "ended"
    | "paused"
    | "reassure"
    | "callback"
    | "resolved"
    | "noAnswer"
    | "oneMoment"
    | "pullBack"
    | "selfHarm"
    | "unsure",
    string
  >;
  kind: Record<RequestKind, string>;
  listItem(item: ItemLine): string;
  proposalLine(kind: RequestKind, item: ItemLine, exchangeFor: string | null): string;
  propose(lines: string[], reasons: string[], total: string | null, several: boolean): string;
  ask: Record<Slot, (kind: RequestKind, items: ItemLine[]) => string>;
  refused(kind: RequestKind, items: ItemLine[], why: RefusalWhy): string;
  notFound(unknown: string, kind: RequestKind | null): string;
  variantUnavailable(item: ItemLine, wanted: string, available: string[]): string;
  quantityTooHigh(item: ItemLine, available: number): string;
  whatAbout(items: ItemLine[]): string;
  done(kind: RequestKind, orderId: string, items: string[], amount: string | null): string;
  failed(kind: RequestKind, orderId: string, why: NonNullable<ActionResult["why"]>): string;
  status(
    order: Order,
    items: string[],
    day: (iso: string) => string,
    requested: (request: OrderRequest) => string[],
  ): string;
  statusNone(unknown: string | null): string;
  /** An answer to what was perhaps meant. */
  perhaps(asked: string, text: string): string;
  returnedToBot(summary: string): string;
  agentJoined(name: string): string;
  agentLeft(name: string): string;
  choices: { yes: Choice; no: Choice; person: Choice; all: Choice; skip: Choice; whatFor: Choice[] };
}

export const WORDINGS: Record<Locale, Wording> = { zh, en };

// Making a formatter takes a hundred times as long as using it.
const dayFormat = (language: string, month: "long" | "short"): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(language, { month, day: "numeric", timeZone: SHOP_TIME_ZONE });
const DAYS: Record<Locale, Intl.DateTimeFormat> = { zh: dayFormat("zh-CN", "long"), en: dayFormat("en-GB", "short") };
const day = (locale: Locale, iso: string): string => DAYS[locale].format(new Date(iso));

const currencies = new Map<string, Intl.NumberFormat>();
function money(locale: Locale, amount: number, currency = "CNY"): string {
  const key = `${locale} ${currency}`;
  const language = locale === "zh" ? "zh-CN" : "en-US";
  const options = { style: "currency", currency, currencyDisplay: "narrowSymbol" } as const;
  const format = currencies.get(key) ?? new Intl.NumberFormat(language, options);
  currencies.set(key, format);
  return format.format(amount);
}

function optionText(facts: Facts, product: Product | undefined, options: Options | undefined): string {
  const names = product?.optionNames?.[facts.locale] ?? {};
  return Object.values(options ?? {})
    .map((value) => names[value] ?? value)
    .join(facts.locale === "zh" ? "，" : ", ");
}

/** One item, in the customer's language. */
export function itemLine(facts: Facts, ref: ItemRef): ItemLine {
  const order = facts.orders.get(ref.orderId);
  const item = order?.items[ref.line];
  const product = item ? facts.products.get(item.productId) : undefined;
  const name = product?.names?.[facts.locale] ?? item?.name ?? "?";
  const options = optionText(facts, product, item?.options);
  const quantity = ref.quantity ?? item?.quantity ?? 1;
  const verb = order?.deliveredAt ? "delivered" : order?.shippedAt ? "shipped" : "placed";
  const at = order?.deliveredAt ?? order?.shippedAt ?? order?.placedAt;
  const verbs =
    facts.locale === "zh"
      ? { delivered: "送达", shipped: "发货", placed: "下单" }
      : { delivered: "delivered", shipped: "shipped", placed: "ordered" };
  return {
    label: options ? (facts.locale === "zh" ? `${name}（${options}）` : `${name} (${options})`) : name,
    quantity,
    of: item?.quantity ?? quantity,
    orderId: ref.orderId,
    when: at ? (facts.locale === "zh" ? `${day("zh", at)}${verbs[verb]}` : `${verbs[verb]} ${day("en", at)}`) : "",
    amount: item ? money(facts.locale, item.price * quantity, order?.currency) : "",
  };
}

const withQuantity = (line: ItemLine): string => (line.quantity > 1 ? `${line.label} ×${line.quantity}` : line.label);

function amountOf(facts: Facts, refs: ItemRef[]): string | null {
  const orders = refs.map((ref) => facts.orders.get(ref.orderId));
  const currencies = new Set(orders.map((order) => order?.currency));
  if (currencies.size !== 1) return null;
  const sum = refs.reduce((total, ref, index) => {
    const item = orders[index]?.items[ref.line];
    return total + (item ? item.price * (ref.quantity ?? item.quantity) : 0);
  }, 0);
  return money(facts.locale, sum, orders[0]?.currency);
}

function propose(facts: Facts, words: Wording, requests: OpenRequest[]): string {
  const lines = requests.flatMap((request) =>
    request.items.map((ref, index) => {
      const item = itemLine(facts, ref);
      const product = facts.products.get(facts.orders.get(ref.orderId)?.items[ref.line]?.productId ?? "");
      const options = request.exchangeFor[index];
      return words.proposalLine(request.kind, item, options ? optionText(facts, product, options) : null);
    }),
  );
  const reasons = [...new Set(requests.map((request) => request.reason).filter((reason) => reason !== null))];
  const refunded = requests.filter((request) => request.kind !== "exchange").flatMap((request) => request.items);
  return words.propose(lines, reasons, refunded.length > 0 ? amountOf(facts, refunded) : null, requests.length > 1);
}

function ask(facts: Facts, words: Wording, say: Extract<Say, { key: "ask" }>): string {
  const asked = say.requests.flatMap((request) => {
    const slots = say.missing.find((entry) => entry.request === request.id)?.slots ?? [];
    return slots.map((slot) => {
      const refs = slot === "items" ? request.candidates : request.items;
      return words.ask[slot](
        request.kind,
        refs.map((ref) => itemLine(facts, ref)),
      );
    });
  });
  return [...new Set(asked)].join("\n");
}

/** Refusals of the same kind are said once, with all their items. */
function refused(facts: Facts, words: Wording, say: Extract<Say, { key: "refused" }>): string {
  const reasons = [...new Set(say.refused.map((refusal) => refusal.why))];
  return reasons
    .map((why) => {
      const refs = say.refused.flatMap((refusal) => (refusal.why === why && refusal.ref ? [refusal.ref] : []));
      return words.refused(
        say.kind,
        refs.map((ref) => itemLine(facts, ref)),
        why,
      );
    })
    .join("\n");
}

function done(facts: Facts, words: Wording, results: ActionResult[]): string {
  return results
    .map(({ action, ok, why }) => {
      if (!ok) return words.failed(action.kind, action.orderId, why ?? "not-found");
      const refs = action.items.map(({ line, quantity }) => ({
        orderId: action.orderId,
        line,
        ...(quantity === undefined ? {} : { quantity }),
      }));
      const amount = action.kind === "exchange" ? null : amountOf(facts, refs);
      return words.done(
        action.kind,
        action.orderId,
        refs.map((ref) => withQuantity(itemLine(facts, ref))),
        amount,
      );
    })
    .join("\n");
}

function status(facts: Facts, words: Wording, say: Extract<Say, { key: "status" }>): string {
  const shown = say.orders.flatMap((id) => facts.orders.get(id) ?? []);
  const lines = shown.map((order) => {
    const items = order.items.map((_, line) => withQuantity(itemLine(facts, { orderId: order.id, line })));
    const requested = (request: OrderRequest): string[] =>
      request.items.map(({ line, quantity }) => withQuantity(itemLine(facts, { orderId: order.id, line, quantity })));
    const promise = facts.promised.get(order.id);
    return [
      words.status(order, items, (iso) => day(facts.locale, iso), requested),
      ...(promise ? [wordPromise(facts.locale, promise)] : []),
    ].join("\n");
  });
  if (lines.length === 0) return words.statusNone(say.unknown);
  return say.unknown ? [words.notFound(say.unknown, null), ...lines].join("\n") : lines.join("\n");
}

/** Words one thing to say, in the customer's language. */
export function word(say: Say, facts: Facts): string {
  const words = WORDINGS[facts.locale];
  switch (say.key) {
    case "ask":
      return ask(facts, words, say);
    case "propose":
      return propose(facts, words, say.requests);
    case "refused":
      return refused(facts, words, say);
    case "notFound":
      return words.notFound(say.unknown, say.kind);
    case "variantUnavailable": {
      const product = facts.products.get(facts.orders.get(say.item.orderId)?.items[say.item.line]?.productId ?? "");
      return words.variantUnavailable(
        itemLine(facts, say.item),
        say.wanted,
        say.available.map((options) => optionText(facts, product, options)),
      );
    }
    case "whatAbout":
      return words.whatAbout(say.items.map((item) => itemLine(facts, item)));
    case "quantityTooHigh":
      return words.quantityTooHigh(itemLine(facts, say.item), say.available);
    case "done":
      return done(facts, words, say.results);
    case "status":
      return status(facts, words, say);
    case "answer": {
      const told = facts.told.get(say.question) ?? [];
      if (told.length > 0) return wordTold(facts.locale, told);
      const answer = facts.answers.get(say.question);
      if (answer?.asked !== undefined && say.perhaps) return words.perhaps(answer.asked, answer.text);
      // What it rests on is shown beside the text: the message's citations.
      return answer?.text ?? words.fixed.noAnswer;
    }
    case "returnedToBot":
      return words.returnedToBot(say.summary);
    case "agentJoined":
      return words.agentJoined(say.name);
    case "agentLeft":
      return words.agentLeft(say.name);
    default:
      return words.fixed[say.key];
  }
}
