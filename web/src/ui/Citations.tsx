import type { Citation } from "../api.ts";
import { useI18n } from "../i18n/index.tsx";

interface CitationsProps {
  citations: Citation[];
  onOpen: (citation: Citation) => void;
}

/** What a reply rests on: small numbered links under it. */
export function Citations({ citations, onOpen }: CitationsProps) {
  const { t } = useI18n();
  return (
    <ol className="citations" aria-label={t("cite.title")} data-testid="citations">
      {citations.map((citation, index) => (
        <li key={citation.id}>
          <button type="button" className="citation" onClick={() => onOpen(citation)} data-testid="citation">
            <span className="citation-number">{index + 1}</span>
            <span className="citation-title">{citation.title}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
