import type { SessionDoc, Store } from "../store/mongo.ts";
import type { Basis, ExportOptions } from "./types.ts";

/** On what basis customers' words may be learnt from; null: on none, and then they stay out. */
export interface Consent {
  /** Of one conversation. */
  session(session: Pick<SessionDoc, "tenant" | "customerId">): Promise<Basis | null>;
  /** Of several together, by id: what isn't there any more was erased. */
  sessions(tenant: string, ids: readonly string[]): Promise<Basis | null>;
  /** Imported logs name no customer whom anybody could have asked. */
  logs: Basis | null;
}

/**
 * `none`: nothing that a customer said. `contract`: the shop's terms cover it. `opt-in`: only who said yes, as their profile in the
 * shop has it (`consentField` is `true`); a visitor without a profile has said nothing.
 */
export function createConsent(
  store: Pick<Store, "sessions" | "customers">,
  { consent, consentField }: Pick<ExportOptions, "consent" | "consentField">,
): Consent {
  async function session({ tenant, customerId }: Pick<SessionDoc, "tenant" | "customerId">): Promise<Basis | null> {
    if (consent !== "opt-in") return consent === "none" ? null : consent;
    const profile = customerId === null ? null : await store.customers.findOne({ tenant, id: customerId });
    return profile !== null && Reflect.get(profile, consentField) === true ? consent : null;
  }
  return {
    session,
    async sessions(tenant, ids) {
      if (consent === "none") return null;
      for (const id of ids) {
        const found = await store.sessions.findOne({ _id: id, tenant });
        if (!found || (await session(found)) === null) return null;
      }
      return consent;
    },
    logs: consent === "contract" ? consent : null,
  };
}
