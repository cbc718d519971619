import type { DestinationStream, Logger } from "pino";
import { pino } from "pino";

/** Names under which secrets go by, wherever they stand. */
const SECRET_FIELDS = [
  "authorization",
  "cookie",
  '["set-cookie"]',
  "token",
  "access_token",
  "id_token",
  "refresh_token",
  "code",
  "code_verifier",
  "client_secret",
  "secret",
  "secretAccessKey",
  "password",
  "apiKey",
  "JWT_SECRET",
  "MASTER_KEY",
  "S3_SECRET_ACCESS_KEY",
  "OPENAI_API_KEY",
  "ANTHROPIC_API_KEY",
  "LOCAL_LLM_API_KEY",
  "OIDC_CLIENT_SECRET",
  "WEBHOOK_SECRET",
];
const DEPTH = 4;
const at = (depth: number, field: string): string => {
  const path = "*.".repeat(depth);
  return field.startsWith("[") ? path.slice(0, -1) + field : path + field;
};

/** A password in an address, a token in a sentence: what fields can't tell. */
const clean = (text: string): string =>
  text
    .replaceAll(/(\b[a-z][a-z\d+.-]*:\/\/[^/\s:@]*:)[^/\s@]+@/gi, "$1[redacted]@")
    .replaceAll(/\b(Bearer\s+)[\w.~+/-]+=*/gi, "$1[redacted]")
    .replaceAll(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, "[redacted]");

/** One JSON line an event on stdout. What may hold a secret or a customer's words is left out. */
export const createLogger = (level: string, name: string, destination?: DestinationStream): Logger =>
  pino(
    {
      level,
      name,
      redact: {
        paths: Array.from({ length: DEPTH }, (_, depth) => SECRET_FIELDS.map((field) => at(depth, field))).flat(),
        censor: "[redacted]",
      },
      hooks: { streamWrite: clean },
    },
    ...(destination ? [destination] : []),
  );

export type { Logger };
