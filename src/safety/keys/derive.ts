import { hkdfSync } from "node:crypto";

const KEY_BYTES = 32;

/** A key of its own for each purpose, from `AUDIT_KEY` (64 hexadecimal digits). */
export const deriveKey = (auditKey: string, purpose: "audit" | "configuration" | "log-ids" | "training data"): Buffer =>
  Buffer.from(hkdfSync("sha256", Buffer.from(auditKey, "hex"), "", `colloquy ${purpose}`, KEY_BYTES));
