/** The model of the cache benchmark: a server that speaks OpenAI's protocol, is always right and takes a fixed time. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Intent, Prediction } from "../src/models/types.ts";
import type { VendorCall, VendorReply, VendorServer } from "../tests/support/vendor-server.ts";
import { startVendorServer } from "../tests/support/vendor-server.ts";
import type { Kind, TrafficMessage } from "./traffic.ts";

/** An assumption, not a measurement: a small cloud model answers a prompt of this size in about this time. */
export const MODEL_LATENCY_MS = 700;

export function startPlayedModel(messages: TrafficMessage[]): Promise<VendorServer> {
  const labels = new Map(messages.map(({ text, kind }) => [text, kind]));
  return startVendorServer(async (call) => {
    await sleep(MODEL_LATENCY_MS);
    return played(call, labels);
  });
}

const INTENT_OF: Record<Kind, Intent> = {
  question: "question",
  other: "question",
  status: "order_status",
  smalltalk: "smalltalk",
  request: "return",
};

/** What a good model would say: the label of the message, or the passage's beginning, with a number that tells whence an answer came. */
function played(call: VendorCall, labels: Map<string, Kind>): VendorReply {
  if (call.stream) {
    const passage = /<passage>\n([\s\S]*?)\n<\/passage>/.exec(call.text)?.[1] ?? "";
    // The mark tells wordings apart; a number would be one that no passage says.
    return { kind: "text", text: `${passage.slice(0, 200)} [${mark(call.index)}]` };
  }
  const text = /<message>\n([\s\S]*?)\n<\/message>/.exec(call.text)?.[1] ?? "";
  const intent = INTENT_OF[labels.get(text) ?? "question"];
  const value: Prediction = {
    steps: `They say: ${text}`,
    acts: [{ intent, product: null, order_id: null, reason: null, wanted: null }],
    answer: null,
    confidence: 0.9,
  };
  return { kind: "json", value };
}

const LETTERS = "abcdefghij";
const mark = (index: number): string => [...String(index)].map((digit) => LETTERS[Number(digit)]).join("");
