import type { Person } from "../api.ts";

/** Who works at this desk, and the token they act with. */
export interface Identity extends Person {
  token: string;
  /** May look at personal data in conversations that others have. */
  admin?: boolean;
}

/** The agent a pasted token names, or null when it is no JWT. The server verifies it; this only reads the name. */
export function identityOf(token: string): Identity | null {
  try {
    const payload = token.trim().split(".")[1] ?? "";
    const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (char) =>
      char.charCodeAt(0),
    );
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as { sub?: string; name?: string; role?: string };
    if (!claims.sub) return null;
    const admin = claims.role === "admin";
    return { id: claims.sub, name: claims.name ?? claims.sub, token: token.trim(), ...(admin ? { admin } : {}) };
  } catch {
    return null;
  }
}
