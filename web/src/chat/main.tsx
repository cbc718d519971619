import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/messages.css";
import "../styles/composer.css";
import "../styles/orders.css";
import "../styles/picker.css";
import "../styles/chat.css";
import "../styles/panel.css";
import "../styles/citations.css";
import "../styles/feedback.css";
import "../styles/reveal.css";
import { createRoot } from "react-dom/client";
import { I18nProvider } from "../i18n/index.tsx";
import { ChatApp } from "./ChatApp.tsx";

const root = document.getElementById("root");
if (!root) throw new Error("The page has no #root");
createRoot(root).render(
  <I18nProvider>
    <ChatApp />
  </I18nProvider>,
);
