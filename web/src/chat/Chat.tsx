import { useCallback, useEffect, useRef, useState } from "react";
import type { Api, Citation, DemoCustomer, Order, Person, Role } from "../api.ts";
import { isOpen } from "../core/snapshot.ts";
import { useI18n } from "../i18n/index.tsx";
import { AssistantAvatar, Avatar } from "../ui/Avatar.tsx";
import type { ComposerHandle } from "../ui/Composer.tsx";
import { Composer } from "../ui/Composer.tsx";
import { ConnectionBar, OutboxStatus } from "../ui/common.tsx";
import { useMedia } from "../ui/hooks.ts";
import { MessageList } from "../ui/MessageList.tsx";
import { ChatHeader } from "./ChatHeader.tsx";
import { Choices, Ended, Gone } from "./Choices.tsx";
import { HandoffBanner } from "./HandoffBanner.tsx";
import { HiddenData } from "./HiddenData.tsx";
import { OrdersPanel } from "./OrdersPanel.tsx";
import { PassagePanel } from "./PassagePanel.tsx";
import { useCustomerConversation } from "./useCustomerConversation.ts";
import { Welcome } from "./Welcome.tsx";

interface ChatProps {
  api: Api;
  customer: DemoCustomer | null;
  demo: boolean;
  onSwitch: (() => void) | null;
  /** Something was answered: what is shown of the shop may have changed. */
  onActivity: () => void;
}

export function Chat({ api, customer, demo, onSwitch, onActivity }: ChatProps) {
  const { t, locale } = useI18n();
  const { conversation, snapshot, restart } = useCustomerConversation(api, customer?.id ?? null, locale);
  const [drawerOpen, setDrawerOpen] = useState(false);
  const [expired, setExpired] = useState(false);
  const [cited, setCited] = useState<Citation | null>(null);
  const loadPassage = useCallback(
    (id: string) => api.passage(conversation.session()?.token ?? "", id),
    [api, conversation],
  );
  const judge = useCallback(
    (seq: number, helpful: boolean) => {
      const session = conversation.session();
      return session ? api.feedback(session.token, session.sessionId, seq, helpful) : Promise.resolve();
    },
    [api, conversation],
  );
  const composer = useRef<ComposerHandle>(null);
  const hasKeyboard = useMedia("(hover: hover) and (pointer: fine)");
  const { messages, outbox, handoff } = snapshot;
  const answers = messages.filter((message) => message.role !== "customer").length;

  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer, and each step of the dialogue, may have changed an order
  useEffect(() => {
    if (answers > 0 && demo) onActivity();
  }, [answers, snapshot.view?.state, demo, onActivity]);

  // A conversation that was stored but is no longer the server's has nothing to show: begin a new one and say so.
  const lost = snapshot.connection === "gone" && messages.length === 0 && outbox.length === 0;
  useEffect(() => {
    if (!lost) return;
    setExpired(true);
    restart();
  }, [lost, restart]);

  const startNew = () => {
    setExpired(false);
    restart();
    composer.current?.focus();
  };
  const ask = (order: Order) => {
    setDrawerOpen(false);
    composer.current?.insert(t("order.askText", { id: order.id }));
  };
  // After a refresh the handoff may come without its agent; then whoever wrote last is the one.
  const agent = handoff?.agent ??
    messages.findLast((message) => message.agent)?.agent ?? { id: "agent", name: t("chat.agent") };
  const withAgent = handoff?.status === "active";
  const head = (role: Role, writer?: Person | null) => {
    if (role === "customer") return { name: "", avatar: null };
    if (role === "agent") {
      const { id, name } = writer ?? agent;
      return { name, avatar: <Avatar id={id} name={name} /> };
    }
    return { name: t("chat.assistant"), avatar: <AssistantAvatar /> };
  };
  const empty = snapshot.loaded && messages.length === 0 && outbox.length === 0;

  return (
    <div className={customer ? "chat-page with-panel" : "chat-page"}>
      {customer && (
        <OrdersPanel
          customer={customer}
          open={drawerOpen}
          onClose={() => setDrawerOpen(false)}
          onSwitch={onSwitch}
          onAsk={ask}
        />
      )}
      <main className="chat">
        <ChatHeader
          agent={withAgent ? agent : null}
          connected={snapshot.connection === "live" || snapshot.connection === "idle"}
          waiting={isOpen(handoff) && !withAgent}
          orderCount={customer ? customer.orders.length : null}
          onOrders={() => setDrawerOpen(true)}
          onNew={empty ? null : startNew}
          onSwitch={customer ? null : onSwitch}
        />
        <ConnectionBar snapshot={snapshot} />
        <HandoffBanner handoff={handoff} agent={agent} />
        <HiddenData>
          <MessageList
            snapshot={snapshot}
            own="customer"
            head={head}
            outboxStatus={(item) => (
              <OutboxStatus
                item={item}
                onRetry={(id) => conversation.retry(id)}
                onDiscard={(id) => conversation.discard(id)}
              />
            )}
            onCite={setCited}
            onJudge={judge}
            intro={
              <>
                {expired && <p className="system-line">{t("chat.expired")}</p>}
                {empty && <Welcome name={customer?.name ?? null} onSuggest={(text) => conversation.send(text)} />}
              </>
            }
            outro={
              <>
                <Choices snapshot={snapshot} onChoose={(text) => conversation.send(text)} />
                {snapshot.view?.state === "END" && <Ended />}
                {snapshot.connection === "gone" && !lost && <Gone onNew={startNew} />}
              </>
            }
          />
        </HiddenData>
        <Composer
          ref={composer}
          placeholder={t("composer.placeholder")}
          sendWith="enter"
          hint={t("composer.hint")}
          testIds={{ composer: "composer", send: "send" }}
          autoFocus={hasKeyboard}
          onSend={(text) => conversation.send(text)}
        />
      </main>
      {cited && <PassagePanel citation={cited} load={loadPassage} onClose={() => setCited(null)} />}
    </div>
  );
}
