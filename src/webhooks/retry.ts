import type { Store } from "../store/mongo.ts";
import { shownUrl } from "./endpoints.ts";

/**
 * Takes up again what was given up; a worker starts it within seconds. Endpoints that said 410 get events again.
 * @param ids deliveries; all that were given up when empty
 * @param endpoint only those of this address
 */
export async function retryDeliveries(
  store: Pick<Store, "webhookDeliveries" | "webhookEndpoints">,
  ids: string[],
  endpoint?: string,
): Promise<{ deliveries: number; endpoints: number }> {
  const filter = {
    state: { $in: ["dead" as const, "disabled" as const] },
    ...(ids.length > 0 ? { _id: { $in: ids } } : {}),
    ...(endpoint === undefined ? {} : { url: shownUrl(endpoint) }),
  };
  const given = await store.webhookDeliveries.distinct("endpoint", filter);
  // First: a delivery that starts at once must find its endpoint open.
  const { deletedCount } = await store.webhookEndpoints.deleteMany({ _id: { $in: given } });
  const { modifiedCount } = await store.webhookDeliveries.updateMany(filter, {
    $set: { state: "pending", attempts: 0, startedAt: null, settledAt: null, lastError: null, lastStatus: null },
  });
  return { deliveries: modifiedCount, endpoints: deletedCount };
}
