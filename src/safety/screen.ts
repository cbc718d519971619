import { normalizeOrderId } from "../commerce/order-shape.ts";
import type { CommerceBackend } from "../commerce/types.ts";
import { replaced } from "./mask.ts";
import { findPersonal } from "./pii/find.ts";
import { fold } from "./pii/fold.ts";
import { orderNumberFinder } from "./pii/order-number.ts";
import type { PiiSpan } from "./pii/types.ts";
import type { Tails } from "./tails.ts";
import type { Vault, VaultAddress } from "./vault.ts";

export interface Author extends VaultAddress {
  customerId: string | null;
  /** Who wrote it: "customer", or the agent's id. Only one person's messages make up one number. */
  by: string;
}

export interface Screen {
  /**
   * A message as everything behind the API may know it: personal data replaced, the originals in the vault (P3). Call
   * it before anything durable. Safe to call again for the same message.
   */
  message(author: Author, text: string): Promise<string>;
  /** The same for a text that no placeholder of is ever revealed, such as an agent's summary. */
  note(tenant: string, text: string): Promise<string>;
}

/** Enough for the longest number without its last digit, however it is spaced. */
const TAIL_CHARACTERS = 48;
const LOOKS_SPLIT = /[\d零〇○洞一壹幺二贰两三叁四肆五伍六陆七柒拐八捌九玖][\s._·/()-]*$/u;
const GOES_ON = /^[\s._·/()+-]*[\d零〇○洞一壹幺二贰两三叁四肆五伍六陆七柒拐八捌九玖]/u;
const ONLY_DIGITS = /^[\s\d._·/()零〇○洞一壹幺二贰两三叁四肆五伍六陆七柒拐八捌九玖-]+$/u;

export function createScreen({
  commerce,
  vault,
  tails,
}: {
  commerce: Pick<CommerceBackend, "orderShapes" | "orders">;
  vault: Vault;
  tails: Tails;
}): Screen {
  /** A number that is one of the customer's own orders is no telephone, whatever it looks like. */
  async function withoutOwnOrders(tenant: string, customerId: string | null, text: string, spans: PiiSpan[]) {
    if (spans.length === 0 || customerId === null) return spans;
    const own = new Set((await commerce.orders(tenant, customerId)).map((order) => normalizeOrderId(order.id)));
    return spans.filter(({ from, to }) => !own.has(normalizeOrderId(text.slice(from, to))));
  }

  return {
    async message({ customerId, by, ...address }, text) {
      const { tenant, sessionId, messageId } = address;
      const writer = { sessionId, by };
      const orderNumbers = orderNumberFinder(await commerce.orderShapes(tenant));
      const spans = await withoutOwnOrders(tenant, customerId, text, findPersonal(text, { orderNumbers }));
      const last = await tails.get(writer);
      const before = last?.messageId === messageId ? last.before : (last?.after ?? "");
      const split = splitSpan(before, text, (joined) => findPersonal(joined, { orderNumbers }));
      const all = split && !spans.some((span) => span.from < split.to) ? [split, ...spans] : spans;
      await vault.keep(
        address,
        all.map((span) => ({
          label: span.label,
          text: (span === split ? split.begun : "") + text.slice(span.from, span.to),
        })),
      );
      const masked = replaced(text, all);
      const ends = ONLY_DIGITS.test(plain(masked)) ? before + masked : masked;
      await tails.set(writer, { messageId, before, after: ends.slice(-TAIL_CHARACTERS) });
      return masked;
    },
    async note(tenant, text) {
      const orderNumbers = orderNumberFinder(await commerce.orderShapes(tenant));
      return replaced(text, findPersonal(text, { orderNumbers }));
    },
  };
}

const plain = (text: string): string => fold(text, false).plain;

/** What of `text` finishes a number that the message before it began; `begun` is that number's first part. */
function splitSpan(
  before: string,
  text: string,
  find: (joined: string) => PiiSpan[],
): (PiiSpan & { begun: string }) | null {
  if (!LOOKS_SPLIT.test(plain(before)) || !GOES_ON.test(plain(text))) return null;
  const joined = find(before + text);
  const across = joined.find((span) => span.from < before.length && span.to > before.length);
  return across
    ? { from: 0, to: across.to - before.length, label: across.label, begun: before.slice(across.from) }
    : null;
}
