import { useI18n } from "../i18n/index.tsx";
import type { Stakes } from "./api.ts";

const STAKES = ["none", "money", "medicine"] as const;

/** What hangs on an answer: nothing, money or health. */
export function StakesField({ id, value, onChange }: { id: string; value: Stakes; onChange: (value: Stakes) => void }) {
  const { t } = useI18n();
  return (
    <>
      <label htmlFor={id}>{t("knowledge.stakes")}</label>
      <select
        id={id}
        className="field"
        value={value ?? "none"}
        data-testid={id}
        onChange={(event) => onChange(event.target.value === "none" ? null : (event.target.value as Stakes))}
      >
        {STAKES.map((choice) => (
          <option key={choice} value={choice}>
            {t(`knowledge.stakes.${choice}`)}
          </option>
        ))}
      </select>
    </>
  );
}
