import { ApplicationFailure } from "@temporalio/common";
import type { CommerceBackend } from "../commerce/types.ts";
import type { ExecuteInput, ExecuteOutput } from "../dialogue/session.ts";
import type { Action, ActionResult } from "../dialogue/types.ts";
import type { Audit } from "../safety/audit.ts";
import type { WebhookPublisher } from "../webhooks/types.ts";

/** At most once each (beyond-list 4): the key is the session and the number the machine gave the action. */
export const idempotencyKey = (sessionId: string, action: Action): string => `${sessionId}:${action.number}`;

/**
 * Executes confirmed actions one after the other. Safe to run again from the start.
 * @throws ApplicationFailure `Commerce.Anonymous` when there is no verified customer: nothing can be theirs
 */
export function createExecute({
  commerce,
  audit,
  webhooks,
  now,
}: {
  commerce: CommerceBackend;
  audit: Audit;
  webhooks: WebhookPublisher;
  now: () => Date;
}) {
  return async ({ identity, actions }: ExecuteInput): Promise<ExecuteOutput> => {
    const { tenant, sessionId, customerId } = identity;
    if (customerId === null) throw ApplicationFailure.nonRetryable("nobody is signed in", "Commerce.Anonymous");
    const results: ActionResult[] = [];
    for (const action of actions) {
      const { kind, orderId, items, reason } = action;
      const key = idempotencyKey(sessionId, action);
      const outcome = await commerce.execute(tenant, {
        kind,
        customerId,
        orderId,
        items,
        reason,
        idempotencyKey: key,
      });
      // A crash in between leads to another run, which finds the order changed and appends then.
      if (outcome.ok) {
        await audit.append({
          tenant,
          kind: "action",
          who: customerId,
          what: kind,
          refs: { sessionId, orderId },
          once: `action:${key}`,
        });
        await webhooks.publish({
          tenant,
          type: "action.executed",
          fact: key,
          at: now(),
          data: { sessionId, customerId, orderId, kind, idempotencyKey: key },
        });
      }
      results.push(outcome.ok ? { action, ok: true } : { action, ok: false, why: outcome.why });
    }
    return results;
  };
}
