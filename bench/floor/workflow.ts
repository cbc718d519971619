/** The floor: the least a durable turn can cost on this server. One signal, one normal activity, nothing else. */
import { condition, defineSignal, proxyActivities, setHandler } from "@temporalio/workflow";

export const turn = defineSignal<[number]>("turn");

const { answer } = proxyActivities<{ answer(input: { sessionId: string; turn: number }): Promise<void> }>({
  startToCloseTimeout: "10s",
});

export async function floorWorkflow(sessionId: string): Promise<void> {
  const inbox: number[] = [];
  setHandler(turn, (number) => void inbox.push(number));
  while (true) {
    await condition(() => inbox.length > 0);
    await answer({ sessionId, turn: inbox.shift() ?? 0 });
  }
}
