import type { DemoCustomer, Locale } from "../api.ts";
import { itemName } from "../core/orders.ts";
import { useI18n } from "../i18n/index.tsx";
import { Avatar } from "../ui/Avatar.tsx";
import { UserIcon } from "../ui/icons.tsx";

/** The picker entry that is nobody. */
export const visitorId = "visitor";

interface CustomerPickerProps {
  customers: DemoCustomer[];
  onChoose: (id: string) => void;
}

const namedProducts = 2;

/** Whom to be in the demo. */
export function CustomerPicker({ customers, onChoose }: CustomerPickerProps) {
  const { t, locale } = useI18n();
  const inMyLanguage = (customer: DemoCustomer) => (customer.locale?.startsWith(locale) ? 0 : 1);
  return (
    <main className="picker">
      <h1>{t("picker.title")}</h1>
      <p className="lead">{t("picker.lead")}</p>
      <ul className="picker-grid">
        {customers
          .toSorted((a, b) => inMyLanguage(a) - inMyLanguage(b))
          .map((customer) => (
            <li key={customer.id}>
              <button
                type="button"
                className="picker-card"
                data-testid={`customer-${customer.id}`}
                onClick={() => onChoose(customer.id)}
              >
                <Avatar id={customer.id} name={customer.name} />
                <span className="picker-who">
                  <strong>{customer.name}</strong>
                  <small>
                    {customer.orders.length === 1
                      ? t("picker.order")
                      : t("picker.orders", { count: customer.orders.length })}
                  </small>
                </span>
                <span className="picker-what">{products(customer, locale)}</span>
              </button>
            </li>
          ))}
        <li>
          <button
            type="button"
            className="picker-card picker-visitor"
            data-testid="customer-visitor"
            onClick={() => onChoose(visitorId)}
          >
            <span className="avatar avatar-medium avatar-plain" aria-hidden="true">
              <UserIcon />
            </span>
            <span className="picker-who">
              <strong>{t("picker.visitor")}</strong>
              <small>{t("picker.visitorLead")}</small>
            </span>
          </button>
        </li>
      </ul>
    </main>
  );
}

function products(customer: DemoCustomer, locale: Locale): string {
  const names = [...new Set(customer.orders.flatMap((order) => order.items.map((item) => itemName(item, locale))))];
  const more = names.length - namedProducts;
  return names.slice(0, namedProducts).join(" · ") + (more > 0 ? ` +${more}` : "");
}
