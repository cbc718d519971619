import { createHash, createHmac } from "node:crypto";
import { deriveKey } from "../../safety/keys/derive.ts";
import { mask } from "../../safety/mask.ts";
import type { LogMessage } from "../types.ts";
import type { LogRow } from "./types.ts";

/** A message without personal data, and the conversation it belongs to (P3). */
export interface CleanRow {
  conversation: string;
  message: LogMessage;
}

const NAME = "[name]";
const ID_CHARACTERS = 24;

/** Titles that stand in name columns, and words that stand everywhere. */
const NO_NAMES =
  /^(?:匿名|游客|访客|客户|顾客|用户|买家|guest|visitor|customer|user|anonymous|unknown|mr|mrs|ms|dr)\.?$/i;

/**
 * Masks what comes in. Ids that hold personal data (some shops number conversations by the customer's telephone) become keyed
 * hashes: equal ones stay equal, and nobody without the key can try all numbers. `auditKey`: 64 hexadecimal digits.
 */
export function createCleaner(auditKey: string): (row: LogRow) => CleanRow {
  const key = deriveKey(auditKey, "log-ids");
  const hash = (id: string): string => createHmac("sha256", key).update(id).digest("hex").slice(0, ID_CHARACTERS);
  // Long digits are hashed even where no recogniser knows them: a customer's own number in a chat system, say.
  const cleanId = (id: string): string => (mask(id) === id && !/\d{11,}/.test(id) ? id : `#${hash(id)}`);
  let last = { from: "", to: "" };
  const conversationId = (id: string): string => {
    if (last.from !== id) last = { from: id, to: cleanId(id) };
    return last.to;
  };
  return ({ conversation, id, role, at, text, names }) => {
    const known = names.filter((name) => !NO_NAMES.test(name));
    const unnamed = known.reduce((rest, name) => rest.replaceAll(name, NAME), text);
    const masked = mask(unnamed);
    return {
      conversation: conversationId(conversation),
      message: { id: id === null ? madeId(role, at, masked) : cleanId(id), role, text: masked, at },
    };
  };
}

/** For files without message ids: the same words by the same side at the same time are the same message, in any export. */
const madeId = (role: string, at: number | null, text: string): string =>
  `=${createHash("sha256")
    .update(JSON.stringify([role, at, text]))
    .digest("hex")
    .slice(0, ID_CHARACTERS)}`;
