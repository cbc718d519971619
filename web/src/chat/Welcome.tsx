import { useI18n } from "../i18n/index.tsx";
import { AssistantAvatar } from "../ui/Avatar.tsx";

interface WelcomeProps {
  name: string | null;
  onSuggest: (text: string) => void;
}

const suggestions = ["chat.suggest1", "chat.suggest2", "chat.suggest3", "chat.suggest4"] as const;

/** What an empty conversation says. */
export function Welcome({ name, onSuggest }: WelcomeProps) {
  const { t } = useI18n();
  return (
    <section className="welcome">
      <AssistantAvatar size="large" />
      <h2>{name ? t("chat.helloName", { name }) : t("chat.hello")}</h2>
      <p>{t("chat.welcome")}</p>
      <h3>{t("chat.try")}</h3>
      <ul>
        {suggestions.map((key) => (
          <li key={key}>
            <button type="button" className="suggestion" data-testid={key} onClick={() => onSuggest(t(key))}>
              {t(key)}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
