import type { SessionIdentity } from "../dialogue/session.ts";
import type { Audit } from "./audit.ts";
import type { ModerationLabel, Moderator } from "./moderation.ts";

export interface ModeratedTurn {
  /** The messages as the bot may remember them, in their order. */
  masked: string[];
  /** The labels of high risk, each once. */
  labels: ModerationLabel[];
  /** Somebody speaks of harming themselves: a person is needed at once. */
  selfHarm: boolean;
}

/**
 * Moderates the messages of a turn and appends every hit of high risk to the audit log (P3). Safe to run again: a hit is
 * named by session, turn and place. @throws MongoError when a hit can't be appended
 */
export function createModerateTurn({ moderator, audit }: { moderator: Moderator; audit: Audit }) {
  return async ({
    identity,
    turn,
    texts,
  }: {
    identity: SessionIdentity;
    turn: number;
    texts: readonly string[];
  }): Promise<ModeratedTurn> => {
    const { tenant, sessionId, customerId } = identity;
    const verdicts = await moderator.moderate(texts);
    const labels = new Set<ModerationLabel>();
    for (const [place, { label, risk }] of verdicts.entries()) {
      if (risk !== "high") continue;
      labels.add(label);
      await audit.append({
        tenant,
        kind: "moderation",
        who: customerId ?? sessionId,
        what: label,
        refs: { sessionId, turn: String(turn), place: String(place) },
        once: `moderation:${sessionId}:${turn}:${place}`,
      });
    }
    return { masked: verdicts.map(({ masked }) => masked), labels: [...labels], selfHarm: labels.has("self-harm") };
  };
}
