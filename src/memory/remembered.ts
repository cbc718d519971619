/** Makes a session's record from what the workflow holds hot and what the messages collection has of it. */
import type { WindowEntry } from "../dialogue/hot-window.ts";
import type { SessionIdentity } from "../dialogue/session.ts";
import type { Dialogue } from "../dialogue/types.ts";
import type { Embedder } from "../models/types.ts";
import type { MessageDoc, Store } from "../store/mongo.ts";
import type { Sealer } from "../store/sealed.ts";
import { openHandoff, openMessages } from "../store/sealed.ts";
import type { Said, SessionRecord } from "./record.ts";
import { turnsWithVectors } from "./record.ts";
import { outcomeOf, summarize } from "./summary.ts";
import { quantise, quantisedBytes } from "./vectors.ts";

/** What turns one text into a vector, and the mean that centres it. */
export interface Embedding {
  embedder: Embedder;
  mean: Float32Array;
}

export interface HotMemory {
  identity: SessionIdentity;
  window: WindowEntry[];
  dialogue: Dialogue;
  turn: number;
}

/** Of a turn that goes on for long, such as a person's at the desk. */
const PIECE_MAX_CHARACTERS = 600;
/** Of a reply, what says which item and what became of it: with more of it, replies of one kind drown the customer's words. */
const REPLY_EMBEDDED_CHARACTERS = 120;

/** Null when nothing was said. `known`: an earlier record of the session, whose vectors are used again. */
export async function makeRecord(
  { store, sealer }: { store: Store; sealer: Sealer },
  embedding: Embedding,
  { identity, window, dialogue, turn }: HotMemory,
  known: SessionRecord | null,
): Promise<SessionRecord | null> {
  const { tenant, sessionId, customerId, locale, channel } = identity;
  const [sealedMessages, sealedHandoffs] = await Promise.all([
    store.messages.find({ sessionId }, { sort: { seq: 1 } }).toArray(),
    store.handoffs.find({ sessionId, resolution: { $exists: true } }, { sort: { createdAt: 1 } }).toArray(),
  ]);
  const [messages, handoffs] = await Promise.all([
    openMessages(sealer, sealedMessages),
    Promise.all(sealedHandoffs.map((handoff) => openHandoff(sealer, handoff))),
  ]);
  const first = messages[0];
  const last = messages.at(-1);
  if (!first || !last) return null;
  const view = messages.findLast((message) => message.view !== undefined)?.view;
  const said = messages.map(toSaid);
  return {
    tenant,
    sessionId,
    customerId,
    locale,
    channel,
    startedAt: first.at.getTime(),
    lastAt: last.at.getTime(),
    turn,
    state: view?.state ?? dialogue.state,
    intent: view?.intent ?? null,
    outcome: outcomeOf(messages),
    summary: summarize(
      messages,
      handoffs.flatMap(({ resolution }) => resolution ?? []),
    ),
    slots: view?.slots ?? { items: [], order_id: null, reason: null, wanted: [] },
    // A session that ends idle has an empty window: what it had before the pause is what it goes on with.
    focus: known && dialogue.focus.length === 0 ? known.focus : dialogue.focus,
    window: known && window.length === 0 ? known.window : window,
    said,
    vectors: await vectorsOf(embedding, said, known),
  };
}

/** A conversation that goes on: what was said in it so far, for who asks back about it. Empty where nothing was. */
export async function saidSoFar(
  { store, sealer }: { store: Pick<Store, "messages">; sealer: Sealer },
  embedding: Embedding,
  { tenant, sessionId }: SessionIdentity,
): Promise<Array<Pick<SessionRecord, "said" | "vectors" | "startedAt">>> {
  const messages = await store.messages.find({ tenant, sessionId }, { sort: { seq: 1 } }).toArray();
  const said = (await openMessages(sealer, messages)).map(toSaid);
  const [first] = said;
  return first ? [{ said, vectors: await vectorsOf(embedding, said), startedAt: first.at }] : [];
}

const toSaid = ({ turn, role, text, at }: MessageDoc): Said => ({ turn, role, text, at: at.getTime() });

const plain = (text: string): string => text.replaceAll("**", "").replace(/\s+/g, " ");

const piece = (said: Said[], turn: number, replyMaxCharacters: number): string =>
  said
    .filter((entry) => entry.turn === turn && entry.role !== "system")
    .map(({ role, text }) => (role === "customer" ? plain(text) : plain(text).slice(0, replyMaxCharacters)))
    .join("\n")
    .slice(0, PIECE_MAX_CHARACTERS);

/** What is shown of a turn when it is recalled: the customer's words and the reply. */
export const pieceText = (said: Said[], turn: number): string => piece(said, turn, PIECE_MAX_CHARACTERS);

/** What is embedded of it. */
const embeddedText = (said: Said[], turn: number): string => piece(said, turn, REPLY_EMBEDDED_CHARACTERS);

/** Also for records that no workflow made: imports, benchmarks. */
export async function vectorsOf(
  { embedder, mean }: Embedding,
  said: Said[],
  known: SessionRecord | null = null,
): Promise<Uint8Array> {
  const turns = turnsWithVectors({ said });
  const bytes = quantisedBytes(embedder.dimensions);
  const result = new Uint8Array(turns.length * bytes);
  const knownTurns = known ? turnsWithVectors(known) : [];
  const fresh: Array<{ index: number; text: string }> = [];
  for (const [index, turn] of turns.entries()) {
    const text = embeddedText(said, turn);
    const at = knownTurns.indexOf(turn);
    const old = known?.vectors.subarray(at * bytes, (at + 1) * bytes);
    // A turn that has grown since, by an agent's words, is embedded again.
    if (at >= 0 && old?.length === bytes && known && embeddedText(known.said, turn) === text)
      result.set(old, index * bytes);
    else fresh.push({ index, text });
  }
  const vectors = await embedder.embed(fresh.map(({ text }) => text));
  for (const [i, { index }] of fresh.entries()) {
    const vector = vectors[i];
    if (vector) result.set(quantise(vector, mean), index * bytes);
  }
  return result;
}
