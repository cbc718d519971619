/**
 * Records the conversation that tests/replay.test.ts replays: return, digression worded by a tier, a model that is slow and one that
 * is overtaken, handoff and back, continue-as-new, end, coming back, what was said before, personal data. A new name for each recording; old ones stay, and stay replayed.
 * `npx node tests/histories/record.ts` (docs/replay.md). Starts servers of its own and stops them.
 */
import { fileURLToPath } from "node:url";
import { limitOpenMp } from "../../src/config.ts";
import { decryptExecutions } from "../../src/replay/decrypt.ts";
import { fetchExecutions } from "../../src/replay/fetch.ts";
import { saveRecording } from "../../src/replay/file.ts";
import { handoffIds } from "../../src/replay/report.ts";
import { createEncryptionCodec } from "../../src/safety/codec/codec.ts";
import { eventually } from "../support/eventually.ts";
import globalSetup from "../support/global-setup.ts";
import globalTeardown from "../support/global-teardown.ts";
import { startSystem, type TestSystem } from "../support/system.ts";
import { startVendorServer, type VendorReply, type VendorServer } from "../support/vendor-server.ts";

const target = fileURLToPath(new URL("./session-v3.json", import.meta.url));
/** Few enough that the conversation continues as new in the middle. */
const MAX_HISTORY_EVENTS = "50";

async function agentHelps({ chats }: TestSystem, sessionId: string): Promise<void> {
  const handoffId = `handoff-${sessionId}-1`;
  const token = await chats.token({ role: "agent", sub: "a-mei", name: "小美" });
  const desk = async (verb: string, body: object = {}): Promise<true> => {
    const { status, body: answer } = await chats.call("POST", `/v1/handoffs/${handoffId}/${verb}`, { token, body });
    if (status >= 300) throw new Error(`${verb}: ${status} ${JSON.stringify(answer)}`);
    return true;
  };
  await eventually("the handoff in the desk's list", () => desk("claim"));
  await desk("messages", { messageId: "agent-1", text: "您好，我是小美，请问还有什么可以帮您？" });
  await desk("return", { summary: "已说明取件时间" });
}

/** Patterns and examples make nothing of it, so that a model is asked. */
const UNSETTLED = "qwxz 24680 vbrt";
const wants = (intent: string): VendorReply => ({
  kind: "json",
  value: {
    steps: "要退货。",
    acts: [{ intent, product: null, order_id: null, reason: null, wanted: null }],
    answer: null,
    confidence: 0.95,
  },
});

async function converse(system: TestSystem, vendor: VendorServer): Promise<string> {
  const chat = await system.chats.open("c-lin");
  vendor.script([wants("return")]);
  await chat.say(UNSETTLED);
  await chat.say("算了，不退了");
  vendor.script([{ kind: "hang" }, wants("return")]);
  await chat.post(UNSETTLED);
  await chat.until("the notice", (messages) => messages.some(({ role }) => role === "system"));
  await chat.say("我前几天买的台灯一直闪，能退吗？");
  await chat.say("算了，不退了");
  vendor.script([{ kind: "text", text: "质量问题由我们承担来回运费，其余情况寄回运费由您承担。" }]);
  await chat.say("我前几天买的台灯一直闪，能退吗？");
  await chat.say("谁出退货运费？");
  await chat.say("是的，确认");
  await chat.say("转人工");
  await agentHelps(system, chat.sessionId);
  await eventually("the bot has it back", async () => (await chat.view()).state === "INIT");
  await chat.say("我的订单到哪了？");
  await chat.say("where is my order?");
  await chat.say("保修多久？");
  await chat.end();
  await eventually("the end", async () => (await system.client.workflow.getHandle(chat.sessionId).describe()).status.name === "COMPLETED");
  await chat.say("我想取消订单");
  await chat.say("算了，不取消了");
  await chat.say("之前我说要退台灯，你们怎么答复我的？");
  await chat.say("我的手机号是13812345678");
  return chat.sessionId;
}

limitOpenMp();
await globalSetup();
const vendor = await startVendorServer([]);
const system = await startSystem({
  env: { MAX_HISTORY_EVENTS, LOCAL_LLM_BASE_URL: vendor.openaiBaseURL, SLOW_NOTICE_MS: "200" },
});
try {
  const sessionId = await converse(system, vendor);
  const runs = await fetchExecutions(system.client, sessionId);
  const handoffs = await Promise.all(handoffIds(runs).map((id) => fetchExecutions(system.client, id)));
  const readable = await decryptExecutions([...runs, ...handoffs.flat()], createEncryptionCodec(system.keyring));
  await saveRecording(target, sessionId, readable, new Date());
  console.log(`${runs.length} runs and ${handoffs.length} handoff of ${sessionId} are in ${target}`);
} finally {
  await system.close();
  await vendor.close();
  await globalTeardown();
}
