/** The knowledge page: reviewing by keyboard, closing a gap, judging an answer (P4). */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import type { KnowledgeStore } from "../../src/knowledge/store.ts";
import { createKnowledgeStore } from "../../src/knowledge/store.ts";
import type { TestBrowser } from "../support/browser.ts";
import { describeInBrowser, JOURNEY_TIMEOUT_MS, openBrowser } from "../support/browser.ts";
import { eventually } from "../support/eventually.ts";
import { putGap, queue } from "../support/knowledge-entries.ts";
import { enterAs, lastSays, send } from "../support/pages.ts";
import type { TestSystem } from "../support/system.ts";
import { startSystem } from "../support/system.ts";

/** What Chromium says of a change that came second. */
const REFUSED = /status of 409/;

describeInBrowser("the knowledge page in the browser", () => {
  let system: TestSystem;
  let browser: TestBrowser;
  let knowledge: KnowledgeStore;

  beforeAll(async () => {
    [system, browser] = await Promise.all([startSystem({ env: { DEMO: "true" } }), openBrowser()]);
    knowledge = createKnowledgeStore(system.store);
    await knowledge.putMany(system.tenant, queue(), "import");
  });
  afterAll(async () => {
    await browser?.close();
    await system?.close();
  });

  const enter = async (agent: string, path: string, locale: string): Promise<Page> => {
    const page = await browser.open(agent, system.api.url + path, { locale, expected: REFUSED });
    await page.getByTestId(`agent-${agent}`).click();
    return page;
  };
  const rows = (page: Page): Promise<string[]> =>
    page.locator("[data-testid=entry] .entry-item-question").allTextContents();
  const shows = (page: Page, question: string): Promise<void> =>
    page.getByTestId("entry-pane").locator("h1", { hasText: question }).waitFor();
  const done = (page: Page, what: string): Promise<void> =>
    page
      .getByTestId("done")
      .and(page.locator(`[data-what=${what}]`))
      .waitFor();
  const stored = (id: string) => knowledge.get(system.tenant, id);

  test(
    "a queue is reviewed by keyboard: accept, reject, undo, edit, to the last one",
    () =>
      browser.journey(async () => {
        const page = await enter("agent-mei", "/knowledge", "zh-CN");
        await shows(page, "满多少包邮？");
        await page.getByText("满 79 元包邮").waitFor();
        expect(await page.getByTestId("progress").textContent()).toBe("已审核 0 / 5");

        await page.keyboard.press("a");
        await done(page, "accepted");
        await shows(page, "可以开发票吗？");
        expect(await page.getByTestId("progress").textContent()).toBe("已审核 1 / 5");
        expect(await stored("zh/mined/free-shipping")).toMatchObject({ status: "live", reviewed: true, flags: [] });

        await page.keyboard.press("j");
        await shows(page, "Do you offer gift wrapping?");
        await page.keyboard.press("r");
        await done(page, "rejected");
        await shows(page, "儿童维生素软糖一天吃几颗？");
        await page.keyboard.press("u");
        await done(page, "undone");
        await shows(page, "Do you offer gift wrapping?");
        expect(await stored("en/mined/gift-wrap")).toMatchObject({ status: "live", reviewed: false, version: 3 });

        // What is typed is text, not a command; Escape leaves the entry as it was.
        await page.keyboard.press("e");
        await page.getByTestId("form-answer").fill("a r u");
        await page.keyboard.press("Escape");
        await shows(page, "Do you offer gift wrapping?");
        await page.keyboard.press("e");
        await page.getByTestId("form-answer").fill("Yes, free for orders over $40.");
        await page.keyboard.press("Control+Enter");
        await done(page, "accepted");
        expect(await stored("en/mined/gift-wrap")).toMatchObject({
          ...{ answer: "Yes, free for orders over $40.", status: "live", reviewed: true, updatedBy: "agent-mei" },
        });

        await shows(page, "儿童维生素软糖一天吃几颗？");
        await page.keyboard.press("ArrowUp");
        await shows(page, "可以开发票吗？");
        for (const left of [2, 1, 0]) {
          await page.keyboard.press("a");
          await eventually(`${left} left`, async () => (await rows(page)).length === left);
        }
        await page.locator("[data-testid=empty][data-kind=Waiting]").waitFor();
        expect(await page.getByTestId("progress").textContent()).toBe("已审核 5 / 5");
      }),
    JOURNEY_TIMEOUT_MS,
  );

  test(
    "who comes second sees what the first made of it; who may only look finds no buttons",
    () =>
      browser.journey(async () => {
        const id = "en/mined/raced";
        const [like] = queue().filter((one) => one.id === "en/mined/gift-wrap");
        if (!like) throw new Error("no such entry");
        await knowledge.put(system.tenant, { ...like, id, question: "Can I raced it?" }, "import");
        const page = await enter("agent-mei", "/knowledge", "en-US");
        await shows(page, "Can I raced it?");
        await knowledge.put(system.tenant, { ...like, id, question: "Can I race it?", answer: "Changed." }, "somebody");
        await page.keyboard.press("a");
        await page.getByTestId("failure").filter({ hasText: "A colleague has just changed this entry" }).waitFor();
        await shows(page, "Can I race it?");
        await page.keyboard.press("a");
        await done(page, "accepted");
        expect(await stored(id)).toMatchObject({ answer: "Changed.", reviewed: true, version: 3 });

        const looking = await enter("agent-tom", "/knowledge", "en-US");
        await looking.getByTestId("view-live").click();
        await looking.getByTestId("read-only").waitFor();
        expect(await looking.getByTestId("accept").count()).toBe(0);
        await looking.keyboard.press("r");
        await looking.getByTestId("search").fill("gift");
        await shows(looking, "Do you offer gift wrapping?");
        expect(await stored("en/mined/gift-wrap")).toMatchObject({ status: "live" });
      }),
    JOURNEY_TIMEOUT_MS,
  );

  test(
    "a gap is closed with its draft, and the customer's next question is answered and judged",
    () =>
      browser.journey(async () => {
        const asked = ["洗发水适合油性头皮吗？", "洗发水适合油性头皮吗？", "洗发水适不适合油头"].map((text) => ({
          text,
        }));
        const id = await putGap(system, { asked, answers: ["绿瓶的控油款适合油性头皮。"] });
        await putGap(system, { asked: [{ text: "可以参观仓库吗？" }] });
        const page = await enter("agent-mei", "/desk", "zh-CN");
        await page.getByTestId("to-knowledge").click();
        await page.getByTestId("to-gaps").click();
        await page.locator("[data-testid=gap-pane] h1", { hasText: "洗发水" }).waitFor();
        expect(await page.getByTestId("gap-answer").inputValue()).toBe("绿瓶的控油款适合油性头皮。");
        await page.getByTestId("wording").filter({ hasText: "适不适合" }).click();
        await page.keyboard.press("e");
        await page.keyboard.press("End");
        await page.keyboard.type("，每周用三次。");
        await page.keyboard.press("Control+Enter");
        await done(page, "added");
        await page.locator("[data-testid=gap-pane] h1", { hasText: "仓库" }).waitFor();
        const gap = await system.store.knowledgeGaps.findOne({ _id: `${system.tenant}:${id}` });
        expect(await stored(gap?.entry ?? "")).toMatchObject({
          answer: "绿瓶的控油款适合油性头皮。，每周用三次。",
          alternatives: ["洗发水适不适合油头"],
          asked: 3,
        });
        await page.keyboard.press("Escape");
        await page.keyboard.press("d");
        await done(page, "dismissed");

        const customer = await browser.open("customer", system.api.url, { locale: "zh-CN" });
        await enterAs(customer, "c-lin");
        await eventually("the answer", async () => {
          await send(customer, "洗发水适合油性头皮吗？");
          await lastSays(customer, "assistant", "");
          return (await lastSays(customer, "assistant", "")).text.includes("控油款");
        });
        const thumbs = customer.getByTestId("feedback").last();
        await thumbs.getByTestId("unhelpful").focus();
        await customer.keyboard.press("Enter");
        await eventually("it is stored", () =>
          system.store.feedback.findOne({ tenant: system.tenant, helpful: false }),
        );
        await customer.reload();
        await customer.locator("[data-testid=unhelpful][aria-pressed=true]").waitFor();
      }),
    JOURNEY_TIMEOUT_MS,
  );
});
