import type { RefObject } from "react";
import { useState } from "react";
import type { Api, Handoff, Person, Role } from "../api.ts";
import { SavedConversation } from "../core/outbox.ts";
import { useI18n } from "../i18n/index.tsx";
import { AssistantAvatar, Avatar } from "../ui/Avatar.tsx";
import { browserStorage, newId, onNetworkChange } from "../ui/browser.ts";
import type { ComposerHandle } from "../ui/Composer.tsx";
import { Composer } from "../ui/Composer.tsx";
import { ConnectionBar, OutboxStatus } from "../ui/common.tsx";
import { useConversation } from "../ui/hooks.ts";
import { AlertIcon, BackIcon, CloseIcon, HeadsetIcon, PanelIcon } from "../ui/icons.tsx";
import { MessageList } from "../ui/MessageList.tsx";
import { Context } from "./Context.tsx";
import type { Identity } from "./identity.ts";
import { Since } from "./Queue.tsx";
import { isClaimable, isClosed, isMine } from "./queue.ts";
import { RevealablePlaceholders } from "./Reveal.tsx";
import type { Actions } from "./useActions.ts";

interface ThreadProps {
  api: Api;
  me: Identity;
  handoff: Handoff;
  actions: Actions;
  composer: RefObject<ComposerHandle | null>;
  onClaim: () => void;
  onBack: () => void;
}

/** The conversation of one handoff, live, and what is known around it. */
export function Thread({ api, me, handoff, actions, composer, onClaim, onBack }: ThreadProps) {
  const { t, word } = useI18n();
  const [contextOpen, setContextOpen] = useState(false);
  // Who claims wants to write; who merely looks through the queue must keep its shortcuts.
  const [wasClaimable] = useState(() => isClaimable(handoff));
  const { conversation, snapshot } = useAgentConversation(api, me, handoff);
  const name = handoff.customer?.name ?? t("desk.visitor");
  const failure = actions.failure?.handoffId === handoff.id ? actions.failure.text(handoff) : null;
  const head = (role: Role, writer?: Person | null) => {
    if (role === "customer") return { name, avatar: <Avatar id={handoff.customer?.id ?? "visitor"} name={name} /> };
    if (role === "agent") {
      const agent = writer ?? handoff.agent ?? { id: "agent", name: t("chat.agent") };
      return { name: agent.name, avatar: <Avatar id={agent.id} name={agent.name} /> };
    }
    return { name: t("desk.bot"), avatar: <AssistantAvatar /> };
  };
  return (
    <>
      <main className="thread">
        <header className="thread-head">
          <button
            type="button"
            className="button button-quiet only-narrow"
            onClick={onBack}
            aria-label={t("desk.back")}
          >
            <BackIcon />
          </button>
          <div className="thread-who">
            <h1>{name}</h1>
            <p>
              <span className={`status status-${handoff.status}`}>{word("status", handoff.status)}</span>
              {!isClosed(handoff) && <Since handoff={handoff} />}
            </p>
          </div>
          {isMine(handoff, me.id) && (
            <button
              type="button"
              className="button"
              disabled={actions.busy}
              data-testid="release"
              onClick={() => void actions.release()}
            >
              {t("desk.release")}
            </button>
          )}
          <button
            type="button"
            className="button button-quiet only-medium"
            onClick={() => setContextOpen(true)}
            aria-label={t("desk.details")}
            data-testid="open-context"
          >
            <PanelIcon />
          </button>
        </header>
        <ConnectionBar snapshot={snapshot} />
        {failure && (
          <p className="notice notice-danger" role="alert" data-testid="failure">
            <AlertIcon size={18} /> <span>{failure}</span>
            <button type="button" className="link" onClick={actions.clearFailure} aria-label={t("app.dismiss")}>
              <CloseIcon size={16} />
            </button>
          </p>
        )}
        <RevealablePlaceholders api={api} me={me} handoff={handoff}>
          <MessageList
            snapshot={snapshot}
            own="agent"
            alsoEnd={["assistant"]}
            head={head}
            outboxStatus={(item) => (
              <OutboxStatus
                item={item}
                onRetry={(id) => conversation.retry(id)}
                onDiscard={(id) => conversation.discard(id)}
              />
            )}
          />
        </RevealablePlaceholders>
        <Footer
          me={me}
          handoff={handoff}
          actions={actions}
          composer={composer}
          focusComposer={wasClaimable}
          onClaim={onClaim}
          onSend={(text) => conversation.send(text)}
        />
      </main>
      <Context
        api={api}
        me={me}
        handoff={handoff}
        view={snapshot.view}
        messageCount={snapshot.messages.length}
        actions={actions}
        open={contextOpen}
        onClose={() => setContextOpen(false)}
      />
    </>
  );
}

interface FooterProps extends Pick<ThreadProps, "me" | "handoff" | "actions" | "composer" | "onClaim"> {
  focusComposer: boolean;
  onSend: (text: string) => void;
}

/** Only who has claimed the conversation can write in it. */
function Footer({ me, handoff, actions, composer, focusComposer, onClaim, onSend }: FooterProps) {
  const { t, word } = useI18n();
  if (isMine(handoff, me.id)) {
    return (
      <Composer
        ref={composer}
        placeholder={t("desk.reply")}
        sendWith="ctrl-enter"
        hint={t("desk.sendHint")}
        testIds={{ composer: "desk-composer", send: "desk-send" }}
        autoFocus={focusComposer}
        onSend={onSend}
      />
    );
  }
  if (isClaimable(handoff)) {
    return (
      <div className="claim-bar">
        <p>{t("desk.claimLead")}</p>
        <button
          type="button"
          className="button button-primary button-large"
          disabled={actions.busy}
          onClick={onClaim}
          data-testid="claim"
        >
          <HeadsetIcon /> {t("desk.claim")} <kbd>C</kbd>
        </button>
      </div>
    );
  }
  const closing = handoff.resolution ?? handoff.summary;
  return (
    <div className="claim-bar" data-testid="not-mine">
      <p>
        {isClosed(handoff)
          ? `${word("status", handoff.status)}${closing ? ` · ${closing}` : ""}`
          : t("desk.handledBy", { name: handoff.agent?.name ?? t("desk.someone") })}
      </p>
    </div>
  );
}

function useAgentConversation(api: Api, me: Identity, handoff: Handoff) {
  return useConversation(`${me.id}:${handoff.id}`, () => {
    const session = { sessionId: handoff.sessionId, token: me.token, started: true };
    const saved = new SavedConversation(browserStorage, `colloquy.desk.${me.id}.${handoff.id}`);
    saved.setSession(session);
    return {
      api,
      saved,
      onWake: onNetworkChange,
      newId,
      now: () => new Date(),
      open: async () => session,
      post: (_session, message) => api.postAgentMessage(me.token, handoff.id, message),
    };
  });
}
