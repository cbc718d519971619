import type { Person } from "../api.ts";

/** Who works here, and the token they act with. */
export interface Identity extends Person {
  token: string;
  /** May look at personal data in conversations that others have. */
  admin?: boolean;
  /** May change the knowledge. */
  reviews?: boolean;
}

interface Claims {
  sub?: string;
  name?: string;
  role?: string;
  reviews?: boolean;
}

/** The agent a token names, or null when it is no JWT. The server verifies it; this only reads it. */
export function identityOf(token: string): Identity | null {
  try {
    const payload = token.trim().split(".")[1] ?? "";
    const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (char) =>
      char.charCodeAt(0),
    );
    const { sub, name, role, reviews } = JSON.parse(new TextDecoder().decode(bytes)) as Claims;
    if (!sub) return null;
    const admin = role === "admin";
    const may = { ...(admin ? { admin } : {}), ...(admin || reviews ? { reviews: true } : {}) };
    return { id: sub, name: name ?? sub, token: token.trim(), ...may };
  } catch {
    return null;
  }
}
