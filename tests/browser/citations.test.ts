/** P4: a customer opens what a reply rests on. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createKnowledgeStore } from "../../src/knowledge/store.ts";
import type { TestBrowser } from "../support/browser.ts";
import { describeInBrowser, JOURNEY_TIMEOUT_MS, openBrowser } from "../support/browser.ts";
import { pair } from "../support/knowledge.ts";
import { enterAs, lastSays, send } from "../support/pages.ts";
import type { TestSystem } from "../support/system.ts";
import { startSystem } from "../support/system.ts";

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

describeInBrowser("the citations of a reply", () => {
  let system: TestSystem;
  let browser: TestBrowser;

  beforeAll(async () => {
    [system, browser] = await Promise.all([startSystem({ env: { DEMO: "true" } }), openBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await system?.close();
  });

  test.each([
    ["zh-CN", { locale: "zh-CN" }, "谁出退货运费？", "退货政策", "来回运费由我们承担", /更新于/],
    [
      "en, on a phone",
      { locale: "en-GB", ...PHONE },
      "Who pays for return shipping?",
      "Returns",
      "both ways",
      /Last updated/,
    ],
  ] as const)(
    "%s: open beside the conversation, and close",
    (_, options, question, title, passage, updated) =>
      browser.journey(async () => {
        const page = await browser.open("customer", system.api.url, options);
        await enterAs(page, "c-lin");
        await send(page, question);
        await lastSays(page, "assistant", passage);
        const link = page.getByTestId("citation").first();
        await link.filter({ hasText: title }).waitFor();
        await link.click();
        const panel = page.getByTestId("passage");
        await panel.getByText(passage).waitFor();
        await panel.getByText(updated).waitFor();
        expect(await panel.getByRole("heading", { level: 2 }).textContent()).toContain(title);
        await page.keyboard.press("Escape");
        await panel.waitFor({ state: "detached" });
        // They are still there after a refresh: they are part of the message.
        await page.reload();
        await page.getByTestId("citation").first().filter({ hasText: title }).waitFor();
      }),
    JOURNEY_TIMEOUT_MS,
  );

  test(
    "a passage that was taken away meanwhile says so",
    () =>
      browser.journey(async () => {
        const store = createKnowledgeStore(system.store);
        const entry = pair("en/qa/engrave", "Can you engrave a watch?", "Yes, up to 20 letters.");
        await store.put(system.tenant, entry, "ann");
        const page = await browser.open("customer", system.api.url, { locale: "en-GB", expected: /404/ });
        await enterAs(page, "c-lin");
        await send(page, "Can you engrave a watch?");
        await lastSays(page, "assistant", "20 letters");
        await store.setStatus(system.tenant, entry.id, "retired", "ann");
        await page.getByTestId("citation").first().click();
        await page.getByTestId("passage").getByText("no longer part").waitFor();
      }),
    JOURNEY_TIMEOUT_MS,
  );
});
