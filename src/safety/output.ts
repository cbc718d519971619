import type { CommerceBackend } from "../commerce/types.ts";
import { mask } from "./mask.ts";
import { orderNumberFinder } from "./pii/order-number.ts";

/** Scans what the assistant is about to say (P3): a model or an article may carry somebody's number. */
export interface OutputScreen {
  /** A tenant's screen, for all texts of one activity. Its order numbers and what its knowledge publishes stay. */
  of(tenant: string): Promise<(text: string) => string>;
}

export const createOutputScreen = (
  commerce: Pick<CommerceBackend, "orderShapes">,
  isPublished: (tenant: string, value: string) => boolean,
): OutputScreen => ({
  async of(tenant) {
    const orderNumbers = orderNumberFinder(await commerce.orderShapes(tenant));
    return (text) => mask(text, { orderNumbers, isPublic: (value) => isPublished(tenant, value) });
  },
});
