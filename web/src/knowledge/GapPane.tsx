import type { ReactNode } from "react";
import { useState } from "react";
import { useI18n } from "../i18n/index.tsx";
import { AlertIcon, BackIcon, CheckIcon, CloseIcon, PlusIcon, ReturnIcon } from "../ui/icons.tsx";
import { fullDay } from "../ui/time.ts";
import type { Content, Gap, Stakes } from "./api.ts";
import { StakesField } from "./StakesField.tsx";
import type { GapsState } from "./useGaps.ts";

interface GapPaneProps {
  gap: Gap;
  state: GapsState;
  mayChange: boolean;
}

const WHY = ["handoff", "no-answer", "unhelpful"] as const;
/** One gap: how much it costs, how it is asked, and the draft that closes it. */
export function GapPane({ gap, state, mayChange }: GapPaneProps) {
  const { t, locale } = useI18n();
  const [question, setQuestion] = useState(gap.question);
  // The draft may arrive with the details, after the list has shown the gap.
  const [written, setWritten] = useState<string | null>(null);
  const answer = written ?? gap.draft ?? "";
  const [picked, setPicked] = useState<string[] | null>(null);
  const alternatives = picked ?? shared(gap);
  const [stakes, setStakes] = useState<Stakes>(null);
  const editable = mayChange && gap.status === "open";
  const complete = question.trim() !== "" && answer.trim() !== "";
  const content: Content = { question: question.trim(), answer: answer.trim(), alternatives, stakes };
  const toggle = (text: string) =>
    setPicked(alternatives.includes(text) ? alternatives.filter((other) => other !== text) : [...alternatives, text]);
  const add = () => {
    if (editable && complete) void state.add(gap, content);
  };
  return (
    <form
      className="entry-form"
      data-testid="gap-pane"
      data-id={gap.id}
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return;
        event.preventDefault();
        add();
      }}
    >
      <article className="entry entry-fields">
        <button type="button" className="button button-quiet only-narrow entry-back" onClick={() => state.select(null)}>
          <BackIcon size={18} /> {t("desk.back")}
        </button>
        <p className="entry-tags">
          <span className="tag tag-plain">{t(`knowledge.locale.${gap.locale}`)}</span>
          {gap.status === "added" && <span className="tag tag-live">{t("gaps.view.added")}</span>}
        </p>
        <h1 lang={gap.locale}>{gap.question || t("gaps.erased")}</h1>
        {gap.status === "added" ? <Effect gap={gap} /> : null}
        <dl className="evidence">
          <Figure name={t(gap.status === "added" ? "gaps.before" : "gaps.wouldHave")} big>
            {t("gaps.conversations", { count: gap.volume })}
          </Figure>
          <Figure name={t("gaps.asked")}>{t("knowledge.askedTimes", { count: gap.asked })}</Figure>
          {WHY.filter((why) => gap.why[why] > 0).map((why) => (
            <Figure key={why} name={t(`gaps.why.${why}`)}>
              {gap.why[why]}
            </Figure>
          ))}
          <Figure name={t("gaps.period")}>
            {fullDay(gap.firstAt, locale)} – {fullDay(gap.lastAt, locale)}
          </Figure>
        </dl>
        {gap.wordings.length > 0 && (
          <section>
            <h2>
              {t("gaps.wordings")} {editable && <span className="muted">{t("gaps.wordingsHint")}</span>}
            </h2>
            <ul className="wordings-pick" lang={gap.locale}>
              {gap.wordings.map(({ text, times }) => (
                <li key={text}>
                  <button
                    type="button"
                    className="wording"
                    aria-pressed={alternatives.includes(text)}
                    disabled={!editable || text === question}
                    data-testid="wording"
                    onClick={() => toggle(text)}
                  >
                    {editable &&
                      text !== question &&
                      (alternatives.includes(text) ? <CheckIcon size={14} /> : <PlusIcon size={14} />)}
                    {text}
                    {times > 1 && <span className="muted">×{times}</span>}
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
        {editable && (
          <section className="card draft" lang={gap.locale}>
            <p className="draft-lead">{t(gap.draft === null ? "gaps.noDraft" : "gaps.draftFrom")}</p>
            <label htmlFor="gap-question">{t("knowledge.question")}</label>
            <input
              id="gap-question"
              className="field"
              maxLength={500}
              value={question}
              data-testid="gap-question"
              onChange={(event) => setQuestion(event.target.value)}
            />
            <label htmlFor="gap-answer">{t("knowledge.answer")}</label>
            <textarea
              id="gap-answer"
              className="field"
              rows={5}
              maxLength={6000}
              value={answer}
              data-testid="gap-answer"
              onChange={(event) => setWritten(event.target.value)}
            />
            <StakesField id="gap-stakes" value={stakes} onChange={setStakes} />
          </section>
        )}
      </article>
      {!mayChange ? (
        <p className="entry-actions read-only" data-testid="read-only">
          {t("knowledge.readOnly")}
        </p>
      ) : gap.status === "open" ? (
        <footer className="entry-actions">
          <button
            type="submit"
            className="button button-primary button-large"
            disabled={!complete}
            data-testid="gap-add"
          >
            <CheckIcon /> {t("gaps.add")} <kbd>Ctrl ⏎</kbd>
          </button>
          <button
            type="button"
            className="button button-large"
            data-testid="gap-dismiss"
            onClick={() => void state.dismiss(gap)}
          >
            <CloseIcon /> {t("gaps.dismiss")} <kbd>D</kbd>
          </button>
        </footer>
      ) : gap.status === "dismissed" ? (
        <footer className="entry-actions">
          <button
            type="button"
            className="button button-large"
            data-testid="gap-reopen"
            onClick={() => void state.reopen(gap)}
          >
            <ReturnIcon /> {t("gaps.reopen")}
          </button>
        </footer>
      ) : null}
    </form>
  );
}

/** One customer's words become the shop's only when a reviewer picks them; what several said is picked already. */
const shared = ({ wordings, question }: Gap): string[] =>
  wordings.filter(({ customers, text }) => customers > 1 && text !== question).map(({ text }) => text);

function Figure({ name, big, children }: { name: string; big?: boolean; children: ReactNode }) {
  return (
    <div className={big ? "figure-big" : undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What closing it has brought. */
function Effect({ gap }: { gap: Gap }) {
  const { t, locale } = useI18n();
  const rate = gap.answered > 0 ? Math.round((gap.deflected / gap.answered) * 100) : null;
  return (
    <section className="card effect" data-testid="effect">
      <h2>
        {t("gaps.effect")} {gap.addedAt && <span className="muted">{fullDay(gap.addedAt, locale)}</span>}
      </h2>
      <dl>
        <Figure name={t("gaps.deflected")} big>
          {gap.deflected}
          {rate !== null && <span className="muted"> {rate}%</span>}
        </Figure>
        <Figure name={t("gaps.answered")}>{gap.answered}</Figure>
        <Figure name={t("gaps.missed")}>{gap.missed}</Figure>
      </dl>
      {gap.missed > 0 && (
        <p className="flag flag-warn">
          <AlertIcon size={18} /> {t("gaps.missedLead", { count: gap.missed })}
        </p>
      )}
    </section>
  );
}
