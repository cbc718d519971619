/** What an intent is to a model: one zod schema, from which come the JSON schema, the prompt's list and the validation (D2). */
import { z } from "zod";

const MAX_SLOT_CHARS = 300;

// The length is a refinement, not `max()`: that would put maxLength into the JSON schema, which strict dialects refuse.
// Nullable, not optional: small models skip what they may leave out, and OpenAI's strict mode requires every field.
const words = z
  .string()
  .refine((value) => value.length <= MAX_SLOT_CHARS, `longer than ${MAX_SLOT_CHARS} characters`)
  .nullable();

/** Every slot a prediction has, described for the prompt. An intent takes those that its requests can state. */
export const slots = {
  product: words.describe("the product as the customer names it, copied from the message"),
  order_id: words.describe("the order number as written"),
  reason: words.describe("why, in the customer's words"),
  wanted: words.describe("what they want instead"),
};
export type SlotName = keyof typeof slots;

/** The slots of an intent that has those named, in the order in which a model writes them. */
export const pick = <Name extends SlotName>(...names: Name[]): Pick<typeof slots, Name> =>
  Object.fromEntries(names.map((name) => [name, slots[name]])) as Pick<typeof slots, Name>;

/**
 * One intent of the catalog.
 * @param line what it means, in one line of the prompt; Chinese for small models, which follow the customer's language best
 */
export function defineIntent<const Name extends string, Slots extends z.ZodRawShape>(
  name: Name,
  line: Record<"en" | "zh", string>,
  shape: Slots,
) {
  return { name, line, schema: z.object({ intent: z.enum([name]), ...shape }) };
}
