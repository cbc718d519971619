import { useEffect, useState } from "react";
import type { Api, Handoff, Order, SessionView } from "../api.ts";
import { useI18n } from "../i18n/index.tsx";
import { CloseIcon } from "../ui/icons.tsx";
import { OrderCard } from "../ui/OrderCard.tsx";
import { DialogueCard } from "./DialogueCard.tsx";
import type { Identity } from "./identity.ts";
import { isMine } from "./queue.ts";
import type { Actions } from "./useActions.ts";
import { WrapUp } from "./WrapUp.tsx";

interface ContextProps {
  api: Api;
  me: Identity;
  handoff: Handoff;
  /** Where the dialogue stands now; null until it is known. */
  view: SessionView | null;
  /** Grows with the conversation: what is shown of the shop may then have changed. */
  messageCount: number;
  actions: Actions;
  /** On narrow screens the panel is a drawer. */
  open: boolean;
  onClose: () => void;
}

/** What an agent needs to know, and how to end the handoff. */
export function Context({ api, me, handoff, view, messageCount, actions, open, onClose }: ContextProps) {
  const { t } = useI18n();
  const orders = useOrders(api, handoff.customer?.id ?? null, messageCount);
  useEffect(() => {
    if (!open) return;
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && onClose();
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [open, onClose]);
  return (
    <aside
      className={open ? "context context-open" : "context"}
      aria-label={t("desk.context")}
      data-testid="context"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
    >
      <button
        type="button"
        className="button button-quiet only-medium context-close"
        onClick={onClose}
        aria-label={t("app.close")}
      >
        <CloseIcon />
      </button>
      {isMine(handoff, me.id) && <WrapUp busy={actions.busy} onClose={actions.close} />}
      <DialogueCard handoff={handoff} view={view} orders={orders} />
      {orders.length > 0 && (
        <section className="context-orders">
          <h2>{t("desk.orders")}</h2>
          {orders.map((order) => (
            <OrderCard key={order.id} order={order} />
          ))}
        </section>
      )}
    </aside>
  );
}

/** The customer's orders where the server shows them (demo mode), read again as the conversation goes on. */
function useOrders(api: Api, customerId: string | null, messageCount: number): Order[] {
  const [orders, setOrders] = useState<Order[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each message may have changed an order
  useEffect(() => {
    if (!customerId) return;
    let current = true;
    api.demoCustomers().then(
      (customers) => current && setOrders(customers.find((customer) => customer.id === customerId)?.orders ?? []),
      () => undefined, // outside the demo the server does not show them
    );
    return () => {
      current = false;
    };
  }, [api, customerId, messageCount]);
  return orders;
}
