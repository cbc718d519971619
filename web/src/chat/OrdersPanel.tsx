import { useEffect, useRef, useState } from "react";
import type { DemoCustomer, Order } from "../api.ts";
import { useI18n } from "../i18n/index.tsx";
import { Avatar } from "../ui/Avatar.tsx";
import { useMedia } from "../ui/hooks.ts";
import { CloseIcon, SwitchIcon } from "../ui/icons.tsx";
import { OrderCard } from "../ui/OrderCard.tsx";

interface OrdersPanelProps {
  customer: DemoCustomer;
  /** On narrow screens the panel is a drawer. */
  open: boolean;
  onClose: () => void;
  onSwitch: (() => void) | null;
  onAsk: (order: Order) => void;
}

/** Who one is and what one ordered, kept up to date while one chats. */
export function OrdersPanel({ customer, open, onClose, onSwitch, onAsk }: OrdersPanelProps) {
  const { t } = useI18n();
  const changed = useChangedOrders(customer.orders);
  const wide = useMedia("(min-width: 900px)");
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open || wide) return;
    close.current?.focus();
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && onClose();
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [open, wide, onClose]);
  return (
    <>
      {open && !wide && <button type="button" className="scrim" aria-label={t("app.close")} onClick={onClose} />}
      <aside
        className={open ? "panel panel-open" : "panel"}
        aria-label={t("chat.orders")}
        inert={!wide && !open}
        data-testid="orders-panel"
      >
        <header className="panel-head">
          <Avatar id={customer.id} name={customer.name} />
          <div className="panel-who">
            <strong>{customer.name}</strong>
            {onSwitch && (
              <button type="button" className="link" onClick={onSwitch} data-testid="switch-customer">
                <SwitchIcon size={14} /> {t("picker.switch")}
              </button>
            )}
          </div>
          <button
            type="button"
            ref={close}
            className="button button-quiet only-narrow"
            onClick={onClose}
            aria-label={t("app.close")}
          >
            <CloseIcon />
          </button>
        </header>
        <div className="panel-scroll">
          <h2>{t("chat.orders")}</h2>
          {customer.orders.length === 0 && <p className="muted">{t("order.none")}</p>}
          {customer.orders.map((order) => (
            <OrderCard key={order.id} order={order} changed={changed.has(order.id)} onAsk={onAsk} />
          ))}
        </div>
      </aside>
    </>
  );
}

const fingerprint = (order: Order) => `${order.status}:${order.requests?.length ?? 0}`;

/** The orders that changed since the panel was first shown. */
function useChangedOrders(orders: Order[]): Set<string> {
  const [first] = useState(() => new Map(orders.map((order) => [order.id, fingerprint(order)])));
  return new Set(orders.filter((order) => first.get(order.id) !== fingerprint(order)).map((order) => order.id));
}
