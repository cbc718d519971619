/** A customer's request on the chat page, from the first message to the changed order (beyond-list 3 and 5). */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import type { TestBrowser } from "../support/browser.ts";
import { describeInBrowser, JOURNEY_TIMEOUT_MS, openBrowser, typingWasShown } from "../support/browser.ts";
import { enterAs, lastSays, send, sessionOf, showsWhatIsStored } from "../support/pages.ts";
import type { TestSystem } from "../support/system.ts";
import { startSystem } from "../support/system.ts";

/** What Chromium says of each request that fails while it is offline. */
const OFFLINE = /net::ERR_INTERNET_DISCONNECTED/;
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

describeInBrowser("a customer in the browser", () => {
  let system: TestSystem;
  let browser: TestBrowser;

  beforeAll(async () => {
    [system, browser] = await Promise.all([startSystem({ env: { DEMO: "true" } }), openBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await system?.close();
  });

  const requests = async (id: string) =>
    (await system.store.orders.findOne({ tenant: system.tenant, id }))?.requests ?? [];

  test(
    "returns a lamp in Chinese, through a question, a refresh and a lost connection",
    () =>
      browser.journey(async () => {
        const page = await browser.open("customer", system.api.url, { locale: "zh-CN", expected: OFFLINE });
        await enterAs(page, "c-lin");
        await send(page, "我前几天买的台灯一直闪，能退吗？");
        await lastSays(page, "assistant", "护眼台灯", "GL-491891", "确认");
        expect(await typingWasShown(page)).toBe(true);

        await refreshedInTheMiddle(page, "谁出退货运费？");
        await lastSays(page, "assistant", "运费", "护眼台灯", "GL-491891", "确认");
        const sessionId = await sessionOf(system, "c-lin");
        const before = await showsWhatIsStored(page, system, sessionId);
        expect(before.map(({ role }) => role)).toEqual(["customer", "assistant", "customer", "assistant"]);
        expect(await requests("GL-491891")).toEqual([]);

        await page.context().setOffline(true);
        await send(page, "确认");
        await page.locator("[data-testid=message] [data-state=waiting]").waitFor();
        await page.getByTestId("reconnecting").waitFor();
        expect(await system.store.messages.countDocuments({ sessionId })).toBe(4);
        await page.context().setOffline(false);

        await lastSays(page, "assistant", "退货已提交", "护眼台灯", "GL-491891");
        const request = page.getByTestId("order-GL-491891").getByTestId("order-request");
        await request.filter({ hasText: "护眼台灯" }).waitFor();
        expect(await request.count()).toBe(1);
        await page.getByTestId("reconnecting").waitFor({ state: "detached" });
        const after = await showsWhatIsStored(page, system, sessionId);
        expect(after.filter(({ text }) => text === "确认")).toHaveLength(1);
        expect(after).toHaveLength(6);
        expect(await requests("GL-491891")).toEqual([
          expect.objectContaining({ kind: "return", items: [expect.objectContaining({ productId: "p-desk-lamp" })] }),
        ]);
      }),
    JOURNEY_TIMEOUT_MS,
  );

  test(
    "returns an adapter in English on a phone",
    () =>
      browser.journey(async () => {
        const page = await browser.open("customer", system.api.url, { ...PHONE, locale: "en-US" });
        await enterAs(page, "c-carter");
        await send(page, "I'd like to return the 7-in-1 adapter, it stopped charging my laptop");
        await lastSays(page, "assistant", "7-in-1 USB-C adapter", "GL-491101");
        await page.getByTestId("choices").getByRole("button", { name: "Yes, go ahead" }).click();
        await lastSays(page, "assistant", "GL-491101", "courier");

        await page.getByTestId("open-orders").click();
        const request = page.getByTestId("order-GL-491101").getByTestId("order-request");
        await request.filter({ hasText: "7-in-1 USB-C adapter" }).waitFor();
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(PHONE.viewport.width);
        const seen = await showsWhatIsStored(page, system, await sessionOf(system, "c-carter"));
        expect(seen.map(({ role }) => role)).toEqual(["customer", "assistant", "customer", "assistant"]);
        expect(await requests("GL-491101")).toEqual([
          expect.objectContaining({ kind: "return", items: [expect.objectContaining({ productId: "p-usb-hub" })] }),
        ]);
      }),
    JOURNEY_TIMEOUT_MS,
  );
});

/** The worst moment: the server has the message, and the page is loaded again before it hears so. It sends it twice. */
async function refreshedInTheMiddle(page: Page, text: string): Promise<void> {
  const posts = "**/v1/sessions/*/messages";
  const taken = new Promise<void>((resolve) => {
    void page.route(posts, async (route) => {
      await route.fetch();
      resolve();
    });
  });
  await send(page, text);
  await taken;
  await page.unroute(posts);
  await page.reload();
}
