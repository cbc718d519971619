import type { Effect, Say, Understanding } from "./types.ts";

export const say = (content: Say): Effect => ({ type: "say", say: content });

/** Says for everything that isn't a request: answered first, then the open task is resumed (D5). */
export function answers(understanding: Understanding): Effect[] {
  const effects: Effect[] = [];
  for (const act of understanding.acts) {
    if (act.intent === "order_status") effects.push(say({ key: "status", orders: act.orders, unknown: act.unknown }));
    else if (act.intent === "question")
      effects.push(
        say(
          act.past || act.answers.length > 0
            ? {
                key: "answer",
                question: act.question,
                answers: act.answers,
                ...(act.past ? { past: true } : {}),
                // A tier that writes says only what the passages support, or nothing.
                ...(act.perhaps && !understanding.writes ? { perhaps: true } : {}),
              }
            : { key: "noAnswer" },
        ),
      );
    else if (act.intent === "smalltalk") effects.push(say({ key: act.topic }));
    else if (act.intent === "out_of_scope") effects.push(say({ key: act.personal ? "keptPrivate" : "outOfScope" }));
  }
  return effects;
}
