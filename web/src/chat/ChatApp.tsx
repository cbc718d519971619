import { useEffect, useState } from "react";
import { createApi } from "../api.ts";
import { useI18n } from "../i18n/index.tsx";
import { browserStorage } from "../ui/browser.ts";
import { LanguageSwitch } from "../ui/common.tsx";
import { Mark } from "../ui/icons.tsx";
import { Chat } from "./Chat.tsx";
import { CustomerPicker, visitorId } from "./CustomerPicker.tsx";
import { useDemoCustomers } from "./useDemoCustomers.ts";

const api = createApi();
const chosenKey = "colloquy.customer";

/** The chat page: as whom one chats (in the demo), then the conversation. */
export function ChatApp() {
  const { t } = useI18n();
  const { demo, refresh } = useDemoCustomers(api);
  const [chosen, setChosen] = useState<string | null>(() => {
    const stored = browserStorage.read(chosenKey);
    return typeof stored === "string" ? stored : null;
  });
  useEffect(() => {
    document.title = `${t("app.chatTitle")} · Colloquy`;
  }, [t]);

  const choose = (id: string | null) => {
    if (id) browserStorage.write(chosenKey, id);
    else browserStorage.remove(chosenKey);
    setChosen(id);
  };

  if (demo.status === "loading") return <Splash text={demo.unreachable ? t("app.unreachable") : t("app.loading")} />;
  if (demo.status === "off")
    return <Chat key={visitorId} api={api} customer={null} demo={false} onSwitch={null} onActivity={refresh} />;
  const customer = demo.customers.find((one) => one.id === chosen) ?? null;
  if (customer || chosen === visitorId) {
    return <Chat key={chosen} api={api} customer={customer} demo onSwitch={() => choose(null)} onActivity={refresh} />;
  }
  return (
    <div className="picker-page">
      <header className="top-bar">
        <span className="brand">
          <Mark size={26} /> Colloquy
        </span>
        <LanguageSwitch />
      </header>
      <CustomerPicker customers={demo.customers} onChoose={choose} />
    </div>
  );
}

function Splash({ text }: { text: string }) {
  return (
    <div className="splash" role="status">
      <span className="brand-mark">
        <Mark size={40} />
      </span>
      <p>{text}</p>
    </div>
  );
}
