import type { Logger } from "pino";
import { pino } from "pino";

/** One JSON line an event on stdout. What may hold a secret or a customer's words is left out. */
export const createLogger = (level: string, name: string): Logger =>
  pino({
    level,
    name,
    redact: {
      paths: ["req.headers.authorization", "authorization", "token", "apiKey", "*.apiKey", "password"],
      censor: "[redacted]",
    },
  });

export type { Logger };
