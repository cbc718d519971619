import { addUsage, noUsage } from "./failures.ts";
import { parsePrediction } from "./prediction.ts";
import type { ChatPrompt } from "./prompts.ts";
import { correctionText, predictPrompt } from "./prompts.ts";
import type { Prediction, PredictRequest, TierAnswer, Usage } from "./types.ts";
import { ModelError } from "./types.ts";

/** First answer and one correction: a model that fails twice fails a third time, and the customer waits. */
const MAX_ASKS = 2;

export interface Written {
  text: string;
  /** It ran into the limit on its length. */
  truncated: boolean;
  usage: Usage;
}

/**
 * Asks a chat model for a prediction: what it writes is repaired and validated, and asked for once more, with the problem
 * named, when that fails.
 * @throws ModelError("BadAnswer") with the usage of both asks.
 */
export async function askForPrediction(
  tier: string,
  request: PredictRequest,
  ask: (prompt: ChatPrompt) => Promise<Written>,
  spend: (usage: Usage) => void,
): Promise<TierAnswer<Prediction>> {
  let prompt = predictPrompt(request);
  let usage = noUsage;
  let problem = "";
  for (let asked = 0; asked < MAX_ASKS; asked++) {
    const answer = await ask(prompt);
    usage = addUsage(usage, answer.usage);
    spend(answer.usage);
    const parsed = parsePrediction(answer.text);
    if (parsed.ok) return { value: parsed.value, usage };
    problem = answer.truncated ? `cut off at the limit of length: ${parsed.problem}` : parsed.problem;
    prompt = correctedPrompt(prompt, answer.text, problem);
  }
  throw new ModelError("BadAnswer", `${tier}: ${problem}`, undefined, { usage });
}

function correctedPrompt(prompt: ChatPrompt, answer: string, problem: string): ChatPrompt {
  // Vendors refuse an empty assistant turn.
  const said = answer.trim() === "" ? "(no answer)" : answer;
  const turns = [
    ...prompt.turns,
    { role: "assistant" as const, text: said },
    { role: "user" as const, text: correctionText(problem) },
  ];
  return { system: prompt.system, turns };
}
