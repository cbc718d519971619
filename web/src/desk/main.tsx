import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/messages.css";
import "../styles/composer.css";
import "../styles/orders.css";
import "../styles/sign-in.css";
import "../styles/desk.css";
import "../styles/queue.css";
import "../styles/context.css";
import "../styles/reveal.css";
import { createRoot } from "react-dom/client";
import { I18nProvider } from "../i18n/index.tsx";
import { DeskApp } from "./DeskApp.tsx";

const root = document.getElementById("root");
if (!root) throw new Error("The page has no #root");
createRoot(root).render(
  <I18nProvider>
    <DeskApp />
  </I18nProvider>,
);
