import type { CommerceBackend, ItemRef, Product } from "../commerce/types.ts";
import type { Citation, OutboundMessage, RespondInput, RespondOutput, WrittenAnswer } from "../dialogue/session.ts";
import type { Say } from "../dialogue/types.ts";
import { choicesFor } from "../intents/choices.ts";
import type { Facts } from "../intents/wording.ts";
import { word } from "../intents/wording.ts";
import type { Answer, AnswerWriter } from "../knowledge/answer.ts";
import type { LiveBus } from "../live/bus.ts";
import type { Memory } from "../memory/index.ts";
import type { OutputScreen } from "../safety/output.ts";
import type { MessageDoc, Store } from "../store/mongo.ts";
import { isDuplicateKey } from "../store/mongo.ts";
import type { SealedMessageDoc, Sealer } from "../store/sealed.ts";
import { sealMessage } from "../store/sealed.ts";

const SHOWN_MAX_CHARACTERS = 120;

export interface RespondDeps {
  store: Store;
  sealer: Sealer;
  commerce: CommerceBackend;
  recentOrders: CommerceBackend["orders"];
  answers: AnswerWriter;
  memory: Pick<Memory, "told" | "promised">;
  output: OutputScreen;
  bus: LiveBus;
  now: () => Date;
}

/**
 * Words, stores and publishes a turn's messages. Idempotent by (session, seq): a second run writes nothing and publishes
 * again. Whoever lost ownership sends nothing (beyond-list 1): then what the bot wanted to say is left out.
 */
export function createRespond(deps: RespondDeps) {
  const { store, sealer, bus, now } = deps;
  return async (input: RespondInput): Promise<RespondOutput> => {
    const { identity } = input;
    // The desk's words were checked when the handoff took them: by now it may be over, and they still count.
    const speaks = input.messages.some((message) => message.role === "assistant");
    const owned = !speaks || (await owns(store, identity.sessionId, input.epoch));
    const messages = owned ? input.messages : input.messages.filter((message) => message.role !== "assistant");
    const says = messages.flatMap((message) => message.says ?? []);
    const [facts, answers] = await Promise.all([
      gatherFacts(deps, input, says),
      answersTo(deps.answers, input.identity.tenant, says, input.written ?? []),
    ]);
    const screened = await deps.output.of(identity.tenant);
    const docs = messages
      .map((message, index) => toDoc(input, message, { ...facts, answers }, index === messages.length - 1, now()))
      .map((doc) => (doc.role === "assistant" ? { ...doc, text: screened(doc.text) } : doc));
    await insertOnce(store, await Promise.all(docs.map((doc) => sealMessage(sealer, doc))));
    const last = docs.at(-1);
    if (last) bus.publish({ type: "message", sessionId: identity.sessionId, seq: last.seq });
    const shown = docs.findLast((doc) => doc.role === "assistant")?.text ?? "";
    return { sent: owned, at: now().getTime(), shown: shown.replaceAll("**", "").slice(0, SHOWN_MAX_CHARACTERS) };
  };
}

async function owns(store: Store, sessionId: string, epoch: number): Promise<boolean> {
  const session = await store.sessions.findOne({ _id: sessionId }, { projection: { ownerEpoch: 1 } });
  return (session?.ownerEpoch ?? 0) <= epoch;
}

/** Only duplicates of the same write are fine: they are what an earlier, interrupted run left. */
async function insertOnce(store: Store, docs: SealedMessageDoc[]): Promise<void> {
  if (docs.length === 0) return;
  await store.messages.insertMany(docs, { ordered: false }).catch((error: unknown) => {
    if (!isDuplicateKey(error)) throw error;
  });
}

type Answers = Map<string, Answer>;
/** What the answers among the says say. */
type Said = { answers: Answers; told: Facts["told"] };

function toDoc(
  input: RespondInput,
  message: OutboundMessage,
  facts: Facts & { answers: Answers },
  last: boolean,
  now: Date,
): MessageDoc {
  const says = message.says ?? [];
  const choices = choicesFor(says, facts);
  const citations = citedBy(says, facts);
  return {
    tenant: input.identity.tenant,
    sessionId: input.identity.sessionId,
    seq: message.seq,
    role: message.role,
    text:
      message.text ??
      says
        .map((say) => word(say, facts))
        .filter((text) => text !== "")
        .join("\n\n"),
    at: message.role === "customer" ? new Date(message.at) : now,
    turn: input.view.turn,
    ...(message.messageId === undefined ? {} : { messageId: message.messageId }),
    ...(message.agent === undefined ? {} : { agent: message.agent }),
    ...(choices.length === 0 ? {} : { choices }),
    ...(citations.length === 0 ? {} : { citations }),
    // Who waits for replies waits for the view: an interim message is none yet.
    ...(last && !input.interim ? { view: input.view } : {}),
    ...(last ? { carry: { ...input.carry, epoch: input.epoch } } : {}),
    ...(last && input.trace ? { trace: input.trace } : {}),
    ...outcomeOf(says, facts),
  };
}

const BAFFLED: ReadonlySet<Say["key"]> = new Set(["clarify", "offerPerson", "outOfScope"]);

/** Which questions were answered by what, and whether one wasn't: what gaps are found by, and feedback is asked for. */
function outcomeOf(says: Say[], facts: Said): Pick<MessageDoc, "answers" | "unanswered" | "baffled"> {
  const ids = citedBy(says, facts).map(({ id }) => id);
  const isOpen = (question: string): boolean => !facts.answers.has(question) && !facts.told.get(question)?.length;
  const unanswered = says.some((say) => say.key === "noAnswer" || (say.key === "answer" && isOpen(say.question)));
  const baffled = says.some((say) => BAFFLED.has(say.key) || (say.key === "answer" && say.perhaps));
  return {
    ...(ids.length > 0 ? { answers: ids } : {}),
    ...(unanswered ? { unanswered } : {}),
    ...(baffled ? { baffled } : {}),
  };
}

/** What a tier has written, else the knowledge as it stands. */
async function answersTo(
  writer: AnswerWriter,
  tenant: string,
  says: Say[],
  written: WrittenAnswer[],
): Promise<Answers> {
  const answers: Answers = new Map(
    written.map(({ question, citations = [], ...answer }) => [question, { ...answer, citations }]),
  );
  for (const say of says) {
    if (say.key !== "answer" || answers.has(say.question)) continue;
    const found = await writer.verbatim(tenant, say.answers);
    if (found) answers.set(say.question, found);
  }
  return answers;
}

/** Each entry once, in the order in which the says rest on them; what memory tells rests on none. */
function citedBy(says: Say[], { answers, told }: Said): Citation[] {
  const cited = says.flatMap((say) => {
    const remembered = say.key === "answer" && (told.get(say.question)?.length ?? 0) > 0;
    return say.key === "answer" && !remembered ? (answers.get(say.question)?.citations ?? []) : [];
  });
  return [...new Map(cited.map((citation) => [citation.id, citation])).values()];
}

/** Orders the says speak of. */
function mentioned(says: Say[]): { orders: string[]; items: ItemRef[] } {
  const items = says.flatMap((say): ItemRef[] => {
    switch (say.key) {
      case "ask":
      case "propose":
        return say.requests.flatMap((request) => [...request.items, ...request.candidates]);
      case "refused":
        return say.refused.flatMap((refusal) => refusal.ref ?? []);
      case "variantUnavailable":
      case "quantityTooHigh":
        return [say.item];
      case "whatAbout":
        return say.items;
      case "done":
        return say.results.flatMap(({ action }) => action.items.map(({ line }) => ({ orderId: action.orderId, line })));
      default:
        return [];
    }
  });
  const orders = says.flatMap((say) => (say.key === "status" ? say.orders : []));
  return { orders: [...new Set([...orders, ...items.map((item) => item.orderId)])], items };
}

async function gatherFacts(
  { commerce, recentOrders, memory, now }: RespondDeps,
  input: RespondInput,
  says: Say[],
): Promise<Omit<Facts, "answers">> {
  const { tenant, customerId, locale } = input.identity;
  const wanted = mentioned(says).orders;
  const orders = wanted.length > 0 && customerId !== null ? await recentOrders(tenant, customerId) : [];
  const named = orders.filter((order) => wanted.includes(order.id));
  const ids = [...new Set(named.flatMap((order) => order.items.map((item) => item.productId)))];
  const products: Product[] = ids.length > 0 ? await commerce.products(tenant, ids) : [];
  const asked = says.flatMap((say) => (say.key === "status" ? say.orders : []));
  const changed = named.filter(({ id, requests }) => asked.includes(id) && requests.length > 0).map(({ id }) => id);
  const back = says.flatMap((say) => (say.key === "answer" && say.past ? [say.question] : []));
  return {
    locale,
    now: now(),
    told: new Map(
      await Promise.all(back.map(async (question) => [question, await memory.told(input.identity, question)] as const)),
    ),
    promised: changed.length > 0 ? await memory.promised(input.identity, changed) : new Map(),
    orders: new Map(named.map((order) => [order.id, order])),
    products: new Map(products.map((product) => [product.id, product])),
  };
}
