import type { ReactNode } from "react";
import { useCallback } from "react";
import { useI18n } from "../i18n/index.tsx";
import { LockIcon } from "../ui/icons.tsx";
import type { PlaceholderPlace } from "../ui/placeholders.ts";
import { Placeholders } from "../ui/placeholders.ts";

/** Personal data that the customer typed is shown as what it was, hidden: nobody needs to read a placeholder (P3). */
export function HiddenData({ children }: { children: ReactNode }) {
  const { t, word } = useI18n();
  const chip = useCallback(
    ({ label }: PlaceholderPlace) => {
      const what = word("pii", label);
      if (what === label) return null;
      return (
        <span className="pii" data-testid="placeholder" data-label={label} title={t("pii.hidden", { what })}>
          <LockIcon size={14} />
          {what}
        </span>
      );
    },
    [t, word],
  );
  return <Placeholders value={chip}>{children}</Placeholders>;
}
