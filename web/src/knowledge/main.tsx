import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/sign-in.css";
import "../styles/desk.css";
import "../styles/queue.css";
import "../styles/context.css";
import "../styles/knowledge.css";
import "../styles/entry.css";
import "../styles/gaps.css";
import { createRoot } from "react-dom/client";
import { I18nProvider } from "../i18n/index.tsx";
import { KnowledgeApp } from "./KnowledgeApp.tsx";

const root = document.getElementById("root");
if (!root) throw new Error("The page has no #root");
createRoot(root).render(
  <I18nProvider>
    <KnowledgeApp />
  </I18nProvider>,
);
