import type { WakeSource } from "../core/backoff.ts";
import { createStorage } from "../core/storage.ts";

/** What the framework-free core needs of the browser. */

export const browserStorage = createStorage(() => localStorage);

/** One tab's own: two tabs of the desk can be two agents. */
export const tabStorage = createStorage(() => sessionStorage);

export const onNetworkChange: WakeSource = (wake) => {
  window.addEventListener("online", wake);
  window.addEventListener("offline", wake);
  return () => {
    window.removeEventListener("online", wake);
    window.removeEventListener("offline", wake);
  };
};

/** A random UUID. `crypto.randomUUID` is missing on plain-HTTP pages of other hosts than localhost. */
export function newId(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
