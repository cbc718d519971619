import { useEffect, useRef, useState } from "react";
import type { Content, Gap, GapPage, GapStatus, KnowledgeApi } from "./api.ts";
import { useFailure } from "./useFailure.ts";

export const GAP_VIEWS = ["open", "added", "dismissed"] as const satisfies readonly GapStatus[];

export interface GapDone {
  what: "added" | "dismissed" | "reopened";
  question: string;
}

/** A search takes seconds: the list is read again until then. */
const READ_AGAIN_MS = 1_500;
const READ_AGAIN_TIMES = 4;

/** The ranked gaps, and everything a reviewer does to them. */
export function useGaps(api: KnowledgeApi, onRejected: () => void) {
  const [view, setView] = useState<GapStatus>("open");
  const [page, setPage] = useState<GapPage | null>(null);
  const [selectedId, select] = useState<string | null>(null);
  const [detail, setDetail] = useState<Gap | null>(null);
  const [done, setDone] = useState<GapDone | null>(null);
  const { failure, setFailure, failed } = useFailure(onRejected);
  const [collecting, setCollecting] = useState(false);
  const busy = useRef(false);

  useEffect(() => {
    let current = true;
    setPage((known) => known && { ...known, gaps: [] });
    api.gaps(view).then((read) => current && setPage(read), failed);
    return () => {
      current = false;
    };
  }, [api, view, failed]);

  const listed = page?.gaps.find(({ id }) => id === selectedId) ?? null;
  const shownId = listed?.id ?? null;
  // The list knows a few wordings of each; the one on show is read with all of them.
  useEffect(() => {
    let current = true;
    if (shownId) api.gap(shownId).then((read) => current && setDetail(read), failed);
    return () => {
      current = false;
    };
  }, [api, shownId, failed]);
  // What it is called stays, or its title would change while it is read.
  const selected = listed && detail?.id === listed.id ? { ...detail, question: listed.question } : listed;

  async function settle(gap: Gap, action: () => Promise<unknown>, what: GapDone["what"]): Promise<boolean> {
    if (busy.current) return false;
    busy.current = true;
    setFailure(null);
    setDone(null);
    try {
      await action();
      const index = page?.gaps.findIndex(({ id }) => id === gap.id) ?? -1;
      const rest = page?.gaps.filter(({ id }) => id !== gap.id) ?? [];
      const to = what === "reopened" ? "open" : what;
      setPage((known) => known && { gaps: rest, counts: moved(known.counts, view, to) });
      select(rest[Math.min(index, rest.length - 1)]?.id ?? null);
      setDone({ what, question: gap.question });
      return true;
    } catch (error) {
      failed(error);
      return false;
    } finally {
      busy.current = false;
    }
  }

  return {
    ...{ view, page, selected, done, failure, collecting, select },
    setView(next: GapStatus) {
      select(null);
      setDone(null);
      setView(next);
    },
    clearFailure: () => setFailure(null),
    move(step: 1 | -1) {
      const at = page?.gaps.findIndex(({ id }) => id === shownId) ?? -1;
      const next = page?.gaps[at < 0 ? 0 : at + step];
      if (next) select(next.id);
    },
    add: (gap: Gap, content: Content) => settle(gap, () => api.addGap(gap.id, content), "added"),
    dismiss: (gap: Gap) => settle(gap, () => api.dismissGap(gap.id), "dismissed"),
    reopen: (gap: Gap) => settle(gap, () => api.reopenGap(gap.id), "reopened"),
    async collect() {
      if (collecting) return;
      setCollecting(true);
      try {
        await api.collectGaps();
        for (let times = 0; times < READ_AGAIN_TIMES; times++) {
          await new Promise((resolve) => setTimeout(resolve, READ_AGAIN_MS));
          setPage(await api.gaps(view));
        }
      } catch (error) {
        failed(error);
      } finally {
        setCollecting(false);
      }
    },
  };
}

export type GapsState = ReturnType<typeof useGaps>;

const moved = (counts: GapPage["counts"], from: GapStatus, to: GapStatus): GapPage["counts"] => ({
  ...counts,
  [from]: counts[from] - 1,
  [to]: counts[to] + 1,
});
