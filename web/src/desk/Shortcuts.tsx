import type { TextKey } from "../i18n/index.tsx";
import { useI18n } from "../i18n/index.tsx";
import { KeyboardIcon } from "../ui/icons.tsx";

export type Shortcut = readonly [keys: readonly string[], what: TextKey];

export const deskKeys: readonly Shortcut[] = [
  [["J", "K"], "desk.key.move"],
  [["C"], "desk.key.claim"],
  [["R"], "desk.key.reply"],
  [["Ctrl", "Enter"], "desk.key.send"],
  [["Esc"], "desk.key.escape"],
];

/** The list of shortcuts, one click away. */
export function Shortcuts({ keys: shortcuts }: { keys: readonly Shortcut[] }) {
  const { t } = useI18n();
  return (
    <details className="shortcuts">
      <summary className="button button-quiet" aria-label={t("desk.shortcuts")} title={t("desk.shortcuts")}>
        <KeyboardIcon />
      </summary>
      <dl>
        {shortcuts.map(([keys, text]) => (
          <div className="shortcut" key={text}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
