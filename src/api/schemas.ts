/** The public contract as zod schemas: they validate, and OpenAPI comes from them. */
import { z } from "zod";

const ID = /^[\w.:-]{1,128}$/;

export const sessionParams = z.strictObject({ id: z.string().regex(ID) });
/** A shop's own id, or `visitor:<session>`. */
export const customerParams = z.strictObject({ id: z.string().min(1).max(200) });
export const handoffQuery = z.strictObject({
  status: z.enum(["waiting", "active", "callback", "resolved", "returned"]).optional(),
});

export const newSession = z.strictObject({
  locale: z
    .string()
    .regex(/^(?:zh|en)(?:-[A-Za-z]{2,4})?$/, "zh or en")
    .optional(),
  channel: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/)
    .optional(),
});

export const newMessage = (maxCharacters: number) =>
  z.strictObject({
    messageId: z.string().regex(ID, "1 to 128 letters, digits or . _ : -"),
    text: z
      .string()
      .max(maxCharacters, `at most ${maxCharacters} characters`)
      .refine((text) => text.trim().length > 0, "must not be empty"),
  });

export const summary = z.strictObject({ summary: z.string().max(2_000).default("") });

export const choice = z.object({ label: z.string(), text: z.string() });
export const message = z.object({
  seq: z.int(),
  role: z.enum(["customer", "assistant", "agent", "system"]),
  text: z.string(),
  at: z.string(),
  messageId: z.string().optional(),
  agent: z.object({ id: z.string(), name: z.string() }).optional(),
  data: z.object({ choices: z.array(choice) }).optional(),
  helpful: z
    .boolean()
    .nullable()
    .optional()
    .describe("On answers to questions: what the customer thinks; null: nothing yet"),
  /** What the text rests on: entries of `GET /v1/knowledge/entries/{id}`. */
  citations: z.array(z.object({ id: z.string(), title: z.string() })).optional(),
});
export type Message = z.infer<typeof message>;

const item = z.object({ order_id: z.string(), line: z.int(), quantity: z.int().optional() });
const slot = z.enum(["items", "reason", "variant"]);
export const sessionView = z.object({
  sessionId: z.string(),
  state: z.enum(["INIT", "COLLECT", "CONFIRM", "HANDOFF", "END"]),
  intent: z.string().nullable(),
  slots: z.object({
    items: z.array(item),
    order_id: z.string().nullable(),
    reason: z.string().nullable(),
    wanted: z.array(z.record(z.string(), z.string()).nullable()),
  }),
  missing: z.array(slot),
  requests: z.array(
    z.object({ kind: z.string(), items: z.array(item), reason: z.string().nullable(), missing: z.array(slot) }),
  ),
  turn: z.int(),
  why: z.string(),
  handoff: z
    .object({ id: z.string(), status: z.string(), agent: z.object({ id: z.string(), name: z.string() }).optional() })
    .optional(),
  lastActivityAt: z.string(),
  customerId: z.string().nullable(),
  locale: z.string(),
  channel: z.string(),
});
export type SessionViewBody = z.infer<typeof sessionView>;

export const handoff = z.object({
  id: z.string(),
  sessionId: z.string(),
  status: z.string(),
  reason: z.string(),
  customer: z.object({ id: z.string(), name: z.string() }).nullable(),
  agent: z.object({ id: z.string(), name: z.string() }).nullable(),
  createdAt: z.string(),
  claimedAt: z.string().optional(),
  state: z.string(),
  intent: z.string().nullable(),
  slots: sessionView.shape.slots.optional(),
  summary: z.string(),
  resolution: z.string().optional(),
  lastMessage: z.object({ role: z.string(), text: z.string(), at: z.string() }).optional(),
});

export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});

export const erasureReceipt = z.object({
  tenant: z.string(),
  customerId: z.string(),
  erasedAt: z.string(),
  unreadableFrom: z.string().describe("From then on no process holds the key in memory"),
  keyFingerprint: z.string().optional(),
  counts: z.record(z.string(), z.int()),
  receipt: z.string().describe("All of this as a compact JWS (EdDSA)"),
});

export const customerExport = z.object({
  tenant: z.string(),
  customerId: z.string(),
  exportedAt: z.string(),
  profile: z.looseObject({ id: z.string(), name: z.string() }).nullable(),
  orders: z.array(z.looseObject({ id: z.string() })),
  sessions: z.array(
    z.object({
      sessionId: z.string(),
      locale: z.string(),
      channel: z.string(),
      createdAt: z.string(),
      messages: z.array(message.pick({ seq: true, role: true, text: true, at: true }).extend({ turn: z.int() })),
      handoffs: z.array(
        z.object({
          id: z.string(),
          status: z.string(),
          reason: z.string(),
          summary: z.string(),
          resolution: z.string().optional(),
          createdAt: z.string(),
        }),
      ),
      remembered: z.looseObject({}).nullable(),
    }),
  ),
  archived: z.array(z.looseObject({})),
});
