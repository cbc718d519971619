/** One customer through all tiers, with the real workflow, server, worker processes and buckets (T1-T4, D6). */
import { expect, test } from "@jest/globals";
import { openRecord } from "../../src/memory/record.ts";
import { sweepScheduleId } from "../../src/worker/schedule.ts";
import type { Chat } from "../support/chat.ts";
import { createChats } from "../support/chat.ts";
import { createCleanUp } from "../support/cleanup.ts";
import { eventually } from "../support/eventually.ts";
import { startProcess } from "../support/processes.ts";
import { openCorner } from "../support/servers.ts";
import { skipOn } from "../support/skipping.ts";
import { startApi } from "../support/system.ts";

const MINUTE_S = 60;
const RECOVERY_MS = 60_000;
const cleanUp = createCleanUp();

/** API here, worker as a process that can be killed. What is silent for a millisecond is due for the archive. */
async function start() {
  const corner = await openCorner({ WARM_KEEP_MS: "1" });
  cleanUp(() => corner.close());
  const api = await startApi(corner);
  cleanUp(() => api.close());
  const worker = async () => {
    const running = await startProcess("worker.ts", corner.env);
    cleanUp(() => running.kill());
    return running;
  };
  const chats = createChats({ url: api.url, tokens: api.tokens, tenant: corner.tenant });
  const statusOf = async (chat: Chat) => (await api.client.workflow.getHandle(chat.sessionId).describe()).status.name;
  const warmBody = async (chat: Chat) => {
    const warm = await corner.store.warm.findOne({ _id: chat.sessionId });
    return warm && Buffer.from(warm.body.buffer);
  };
  const sweep = () => api.client.schedule.getHandle(sweepScheduleId(corner.config)).trigger();
  return { corner, api, worker, chats, statusOf, warmBody, sweep };
}

test(
  "hot, warm, cold and warm again: months pass, the worker is killed on the way, and nothing changes by a byte",
  async () => {
    const { corner, api, worker, chats, statusOf, warmBody, sweep } = await start();
    let running = await worker();
    const chat = await chats.open("c-lin");
    await chat.say("我想退掉护眼台灯，一直闪");
    expect(await chat.say("确认")).toMatch(/退货已提交/);
    // Also what was said a minute ago was said before.
    expect(await chat.say("之前我说要退台灯，你们怎么答复我的？")).toMatch(/您说“(?:我想退掉护眼台灯，一直闪|确认)”/);
    const said = await chat.messages();

    // Hot to warm: 30 minutes, then 7 days; a worker that dies in between changes nothing.
    await running.kill();
    await skipOn(api.client, corner.config, chat.sessionId, null);
    running = await worker();
    await eventually("the session completes", async () => (await statusOf(chat)) === "COMPLETED", RECOVERY_MS);
    const warm = await eventually("the warm copy", () => warmBody(chat));
    const record = await openRecord(corner.keyring, warm);
    expect(record.said.map(({ text }) => text)).toEqual(said.map(({ text }) => text));
    expect(record).toMatchObject({
      outcome: "done",
      focus: [{ orderId: "GL-491891" }],
      summary: expect.stringMatching(/^2: 退货已提交.*GL-491891.*24 小时内/),
    });

    // Warm to cold: the schedule's sweep, by another worker.
    await running.kill();
    await sweep();
    running = await worker();
    await eventually("it is forgotten", async () => (await warmBody(chat)) === null, RECOVERY_MS);
    const entries = await corner.store.archiveEntries.find({ who: "c:c-lin" }).toArray();
    expect(entries.map(({ sessions }) => sessions.map(({ id }) => id))).toEqual([[chat.sessionId]]);

    // Cold to warm: months later the customer opens another conversation, and says only "that".
    await running.kill();
    running = await worker();
    const back = await chats.open("c-lin");
    // What was promised is said with it, and asked back about, told in the words that were used.
    expect(await back.say("那个怎么样了")).toMatch(/GL-491891[\s\S]*我们答应您的是：“退货已提交.*24 小时内/);
    expect(await back.say("上次退台灯的时候，你们怎么答复我的？")).toMatch(/您说“我想退掉护眼台灯，一直闪”/);
    expect(await back.say("那个怎么样了")).toMatch(/GL-491891/);
    expect((await back.view()).intent).toBe("order_status");
    expect((await warmBody(chat))?.equals(warm)).toBe(true);

    // The model would be told of it, too: it is what the new conversation starts with.
    await skipOn(api.client, corner.config, back.sessionId, 31 * MINUTE_S);
    const again = await openRecord(
      corner.keyring,
      await eventually("the second conversation is warm", () => warmBody(back)),
    );
    expect(again.window[0]).toEqual({ role: "summary", text: expect.stringContaining("退货已提交") });
  },
  4 * RECOVERY_MS,
);

test(
  "30 minutes later, and after the end, “那个怎么样了” is about what was talked about last (D6)",
  async () => {
    const { corner, api, worker, chats, statusOf } = await start();
    await worker();
    const chat = await chats.open("c-lin");
    await chat.say("我想退掉护眼台灯，一直闪");
    await skipOn(api.client, corner.config, chat.sessionId, 31 * MINUTE_S);
    await chat.until("the pause is told", (messages) => messages.length === 3);
    expect(await chat.say("那个怎么样了")).toMatch(/GL-491891/);
    expect((await chat.view()).state).toBe("INIT");
    await skipOn(api.client, corner.config, chat.sessionId, null);
    await eventually("the session completes", async () => (await statusOf(chat)) === "COMPLETED", RECOVERY_MS);
    expect(await chat.say("那个怎么样了")).toMatch(/GL-491891/);
  },
  3 * RECOVERY_MS,
);
