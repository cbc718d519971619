import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError } from "../api.ts";
import type { Content, Counts, Entry, KnowledgeApi } from "./api.ts";
import { useFailure } from "./useFailure.ts";

export const VIEWS = ["waiting", "live", "retired"] as const;
export const TOPICS = ["all", "money", "medicine", "contradiction", "stale", "few"] as const;

export interface Filter {
  view: (typeof VIEWS)[number];
  topic: (typeof TOPICS)[number];
  text: string;
}

/** What was done last, for the line that says so. */
export interface Done {
  what: "accepted" | "rejected" | "created" | "undone";
  question: string;
}

/** An action that can be taken back: what the entry was before, what it is now, and where it stood. */
interface Step {
  before: Entry;
  after: Entry;
  index: number;
}

const query = ({ view, topic, text }: Filter): Record<string, string> => ({
  ...(view === "waiting" ? { waiting: "true" } : { status: view }),
  ...(topic === "all" ? {} : topic === "money" || topic === "medicine" ? { stakes: topic } : { flag: topic }),
  ...(text.trim() ? { text: text.trim() } : {}),
});

const isWaiting = (entry: Entry): boolean => entry.status !== "retired" && (!entry.reviewed || entry.flags.length > 0);
const belongs = (entry: Entry, { view }: Filter): boolean =>
  view === "waiting" ? isWaiting(entry) : entry.status === view;

/** The queue of entries, and everything a reviewer does to it. */
export function useReview(api: KnowledgeApi, onRejected: () => void) {
  const [filter, setFilter] = useState<Filter>({ view: "waiting", topic: "all", text: "" });
  const [entries, setEntries] = useState<Entry[] | null>(null);
  const [counts, setCounts] = useState<Counts | null>(null);
  const [last, setLast] = useState<string | null>(null);
  const [selectedId, select] = useState<string | null>(null);
  const [steps, setSteps] = useState<Step[]>([]);
  const [done, setDone] = useState<Done | null>(null);
  const { failure, setFailure, failed } = useFailure(onRejected);
  const busy = useRef(false);

  const load = useCallback(
    async (asked: Filter, after: string | null, current: () => boolean) => {
      const page = await api.entries({ ...query(asked), ...(after === null ? {} : { after }) });
      if (!current()) return;
      setEntries((known) => (after === null ? page.entries : [...(known ?? []), ...page.entries]));
      setCounts(page.counts);
      setLast(page.last);
    },
    [api],
  );

  useEffect(() => {
    let current = true;
    const isCurrent = () => current;
    // While somebody types a word, every letter is not a question of its own.
    const timer = setTimeout(() => void load(filter, null, isCurrent).catch(failed), filter.text ? 200 : 0);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [filter, load, failed]);

  const selected = entries?.find(({ id }) => id === selectedId) ?? null;

  /** Runs one action at a time; @returns whether it succeeded */
  async function run(entry: Entry | null, action: () => Promise<void>): Promise<boolean> {
    if (busy.current) return false;
    busy.current = true;
    setFailure(null);
    setDone(null);
    try {
      await action();
      return true;
    } catch (error) {
      failed(error);
      // Somebody was faster: show what they made of it.
      if (entry && error instanceof ApiError && error.status === 409)
        await api.versions(entry.id).then(([newest]) => newest && replace(newest), failed);
      return false;
    } finally {
      busy.current = false;
    }
  }

  const replace = (entry: Entry): void =>
    setEntries((known) => known?.map((other) => (other.id === entry.id ? entry : other)) ?? null);

  /** The entry as it is now: where it no longer belongs, the next one is selected. */
  function settle(before: Entry, after: Entry): void {
    const index = entries?.findIndex(({ id }) => id === before.id) ?? -1;
    setSteps((all) => [...all, { before, after, index }]);
    setCounts((known) => known && moved(known, before, after));
    if (belongs(after, filter)) {
      replace(after);
      return;
    }
    const rest = entries?.filter(({ id }) => id !== before.id) ?? [];
    setEntries(rest);
    select(rest[Math.min(Math.max(index, 0), rest.length - 1)]?.id ?? null);
  }

  return {
    ...{ filter, entries, counts, selected, done, failure, hasMore: last !== null, canUndo: steps.length > 0 },
    select,
    setFilter: (change: Partial<Filter>) => {
      select(null);
      setDone(null);
      setFilter((now) => ({ ...now, ...change }));
    },
    clearFailure: () => setFailure(null),
    more: () => void load(filter, last, () => true).catch(failed),
    move(step: 1 | -1) {
      const at = entries?.findIndex(({ id }) => id === selectedId) ?? -1;
      const next = entries?.[at < 0 ? 0 : at + step];
      if (next) select(next.id);
      if (entries && last !== null && at + step >= entries.length - 3)
        void load(filter, last, () => true).catch(failed);
    },
    accept: (entry: Entry, edited?: Content) =>
      run(entry, async () => {
        settle(entry, await api.accept(entry.id, entry.version, edited));
        setDone({ what: "accepted", question: edited?.question ?? entry.question });
      }),
    reject: (entry: Entry) =>
      run(entry, async () => {
        settle(entry, await api.reject(entry.id, entry.version));
        setDone({ what: "rejected", question: entry.question });
      }),
    restore: (entry: Entry, to: number) =>
      run(entry, async () => settle(entry, await api.restore(entry.id, entry.version, to))),
    undo: () => {
      const step = steps.at(-1);
      if (!step) return;
      void run(step.before, async () => {
        const back = await api.restore(step.after.id, step.after.version, step.before.version);
        setSteps((all) => all.slice(0, -1));
        setCounts((known) => known && moved(known, step.after, back));
        const rest = entries?.filter(({ id }) => id !== back.id) ?? [];
        setEntries([...rest.slice(0, step.index), back, ...rest.slice(step.index)]);
        select(back.id);
        setDone({ what: "undone", question: back.question });
      });
    },
    create: (content: Content & { locale: Entry["locale"] }) =>
      run(null, async () => {
        const created = await api.create(content);
        setCounts((known) => known && { ...known, live: known.live + 1, reviewed: known.reviewed + 1 });
        if (belongs(created, filter)) setEntries((known) => [created, ...(known ?? [])]);
        setDone({ what: "created", question: created.question });
      }),
  };
}

export type ReviewState = ReturnType<typeof useReview>;

/** The counts after an entry changed from one to the other. */
function moved(counts: Counts, before: Entry, after: Entry): Counts {
  const tally = (entry: Entry, by: 1 | -1, known: Counts): Counts => ({
    ...known,
    [entry.status]: known[entry.status] + by,
    ...(isWaiting(entry) ? { waiting: known.waiting + by } : {}),
    ...(entry.reviewed && !isWaiting(entry) ? { reviewed: known.reviewed + by } : {}),
  });
  return tally(after, 1, tally(before, -1, counts));
}
