import type { Order } from "../api.ts";
import { itemName, itemOptions, requestItems } from "../core/orders.ts";
import { useI18n } from "../i18n/index.tsx";
import { money, shortDay } from "./time.ts";

interface OrderCardProps {
  order: Order;
  /** It changed while the reader was watching. */
  changed?: boolean;
  onAsk?: (order: Order) => void;
}

export function OrderCard({ order, changed = false, onAsk }: OrderCardProps) {
  const { t, word, locale } = useI18n();
  const total = order.items.reduce((sum, item) => sum + item.price * item.quantity, 0);
  return (
    <article className={changed ? "order order-changed" : "order"} data-testid={`order-${order.id}`}>
      <header className="order-head">
        <span className="order-id">{order.id}</span>
        <span className={`status status-${order.status}`}>{word("orderStatus", order.status)}</span>
      </header>
      <p className="order-date">{t("order.placed", { date: shortDay(order.placedAt, locale) })}</p>
      <ul className="order-items">
        {order.items.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an order's lines have no id but their place
          <li key={index}>
            <span className="order-item-name">
              {itemName(item, locale)}
              {itemOptions(item, locale) && <small>{itemOptions(item, locale)}</small>}
            </span>
            <span className="order-item-count">×{item.quantity}</span>
            <span className="order-item-price">{money(item.price, order.currency, locale)}</span>
          </li>
        ))}
      </ul>
      {(order.requests ?? []).map((request) => (
        <p
          className="order-request"
          key={`${request.kind}:${request.at}`}
          data-testid="order-request"
          data-kind={request.kind}
        >
          <strong>{word("request", request.kind)}</strong>
          <span>{requestItems(order, request, locale).join(locale === "zh" ? "、" : ", ")}</span>
        </p>
      ))}
      <footer className="order-foot">
        <span>
          {t("order.total")} <b>{money(total, order.currency, locale)}</b>
        </span>
        {onAsk && (
          <button type="button" className="link" onClick={() => onAsk(order)}>
            {t("order.ask")}
          </button>
        )}
      </footer>
    </article>
  );
}
