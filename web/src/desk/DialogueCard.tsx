import type { ReactNode } from "react";
import type { Handoff, Order, SessionView } from "../api.ts";
import { useI18n } from "../i18n/index.tsx";
import type { FactWords } from "./facts.ts";
import { factText } from "./facts.ts";
import { isClosed } from "./queue.ts";

const steps = ["INIT", "COLLECT", "CONFIRM", "HANDOFF", "END"];

interface DialogueCardProps {
  handoff: Handoff;
  view: SessionView | null;
  orders: Order[];
}

/** Where the dialogue stands (D1): state, why a person is needed, intent, what is known and what is missing. */
export function DialogueCard({ handoff, view, orders }: DialogueCardProps) {
  const { t, word, locale } = useI18n();
  const words: FactWords = { orders, locale };
  const state = view?.state ?? handoff.state;
  const intent = view?.intent ?? handoff.intent;
  const requests = view?.requests ?? [];
  const slots = Object.entries(view?.slots ?? handoff.slots ?? {})
    .map(([name, value]) => ({ name, text: factText(value, words) }))
    .filter(({ text }) => text !== "");
  return (
    <section className="card">
      <h2>{t("desk.dialogue")}</h2>
      {state && (
        <ol className="steps" aria-label={t("desk.state")}>
          {steps.map((step) => (
            <li
              key={step}
              className={step === state ? "step-now" : ""}
              aria-current={step === state ? "step" : undefined}
              data-state={step}
            >
              {word("state", step)}
            </li>
          ))}
        </ol>
      )}
      <dl className="facts">
        {handoff.reason && <Fact name={t("desk.handoffReason")}>{word("reason", handoff.reason)}</Fact>}
        <Fact name={t("desk.intent")}>{intent ? word("intent", intent) : t("desk.none")}</Fact>
        {requests.length < 2 &&
          slots.map(({ name, text }) => (
            <Fact key={name} name={word("slot", name)}>
              {text}
            </Fact>
          ))}
        {requests.length < 2 && <Missing slots={view?.missing ?? []} />}
      </dl>
      {requests.length > 1 && (
        <div className="summary">
          <h3>{t("desk.requests")}</h3>
          {requests.map((request, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: requests have no id here but their place
            <dl className="facts" key={index}>
              <Fact name={word("intent", request.kind)}>{factText(request.items, words) || "–"}</Fact>
              {request.reason && <Fact name={t("slot.reason")}>{request.reason}</Fact>}
              <Missing slots={request.missing} />
            </dl>
          ))}
        </div>
      )}
      <Passage title={t("desk.summary")} text={handoff.summary} />
      {isClosed(handoff) && handoff.resolution !== handoff.summary && (
        <Passage title={t("desk.resolution")} text={handoff.resolution} />
      )}
    </section>
  );
}

function Missing({ slots }: { slots: string[] }) {
  const { t, word } = useI18n();
  if (slots.length === 0) return null;
  return (
    <Fact name={t("desk.missing")}>
      <span className="chips">
        {slots.map((slot) => (
          <span className="tag tag-missing" key={slot}>
            {word("slot", slot)}
          </span>
        ))}
      </span>
    </Fact>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Passage({ title, text }: { title: string; text: string | null | undefined }) {
  if (!text) return null;
  return (
    <div className="summary">
      <h3>{title}</h3>
      <p>{text}</p>
    </div>
  );
}
