/** From the bot to a person and back, on the pages of both (D7, beyond-list 1, 6, 7). */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Locator, Page } from "playwright-core";
import type { TestBrowser } from "../support/browser.ts";
import { describeInBrowser, JOURNEY_TIMEOUT_MS, openBrowser } from "../support/browser.ts";
import { eventually } from "../support/eventually.ts";
import { enterAs, lastSays, send, sessionOf, showsWhatIsStored } from "../support/pages.ts";
import type { TestSystem } from "../support/system.ts";
import { startSystem } from "../support/system.ts";

/** What Chromium says of the claim that came second. */
const REFUSED = /status of 409/;

interface Agent {
  name: string;
  page: Page;
}

describeInBrowser("the desk in the browser", () => {
  let system: TestSystem;
  let browser: TestBrowser;

  beforeAll(async () => {
    [system, browser] = await Promise.all([startSystem({ env: { DEMO: "true" } }), openBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await system?.close();
  });

  async function atDesk(id: string, name: string, locale: string): Promise<Agent> {
    const page = await browser.open(id, `${system.api.url}/desk`, { locale, expected: REFUSED });
    await page.getByTestId(`agent-${id}`).click();
    return { name, page };
  }

  test(
    "two agents, one customer: claimed once, answered live, returned to the bot, resolved the second time",
    () =>
      browser.journey(async () => {
        const [customer, mei, tom] = await Promise.all([
          browser.open("customer", system.api.url, { locale: "zh-CN" }),
          atDesk("agent-mei", "陈梅 Mei", "zh-CN"),
          atDesk("agent-tom", "Tom Baker", "en-US"),
        ]);
        await enterAs(customer, "c-lin");
        await send(customer, "我想退掉护眼台灯");
        await lastSays(customer, "assistant", "护眼台灯");
        await send(customer, "转人工");
        await lastSays(customer, "assistant", "正在为您转接人工客服");
        const banner = customer.getByTestId("handoff-banner");
        await waitForStatus(banner, "waiting");
        const sessionId = await sessionOf(system, "c-lin");

        await seesTheCase(mei, "人工服务", ["顾客要求人工", "退货", "护眼台灯 ×1 (GL-491891)"]);
        await seesTheCase(tom, "With a person", ["The customer asked", "Return", "×1 (GL-491891)"]);
        for (const { page } of [mei, tom]) await showsWhatIsStored(page, system, sessionId);

        const [winner, loser] = await claimTogether(mei, tom);
        await loser.page.getByTestId("failure").filter({ hasText: winner.name }).waitFor();
        await loser.page.getByTestId("not-mine").filter({ hasText: winner.name }).waitFor();
        await waitForStatus(banner, "active");
        await banner.filter({ hasText: winner.name }).waitFor();
        await lastSays(customer, "system", winner.name);

        await reply(winner, "您好，台灯是什么问题？");
        await lastSays(customer, "agent", "您好，台灯是什么问题？");
        // The bot would answer this, and a yes would execute its proposal: it must stay silent.
        await send(customer, "一直闪。谁出退货运费？");
        await lastSays(winner.page, "customer", "谁出退货运费？");
        await send(customer, "确认");
        await lastSays(winner.page, "customer", "确认");
        await reply(winner, "运费我们出，已为您登记换新");
        await lastSays(customer, "agent", "已为您登记换新");

        await closeCase(winner, "return", "已登记换新");
        await lastSays(customer, "assistant", "已登记换新");
        await banner.waitFor({ state: "detached" });
        await send(customer, "谁出退货运费？");
        await lastSays(customer, "assistant", "运费");
        const order = await system.store.orders.findOne({ tenant: system.tenant, id: "GL-491891" });
        expect(order?.requests).toEqual([]);

        await send(customer, "转人工");
        await waitForStatus(banner, "waiting");
        await claim(loser);
        await closeCase(loser, "resolve", "已补寄灯泡");
        await lastSays(customer, "system", "标记为解决");
        await banner.waitFor({ state: "detached" });
        const told = await showsWhatIsStored(customer, system, sessionId);
        expect(told.map(({ role }) => role).join(" ")).toBe(
          "customer assistant customer assistant system agent customer customer agent assistant " +
            "customer assistant customer assistant system system",
        );
      }),
    JOURNEY_TIMEOUT_MS,
  );

  test(
    "what a customer typed of themselves is hidden, shown to who has the conversation, with a reason, for 30 seconds",
    () =>
      browser.journey(async () => {
        const [customer, mei, tom] = await Promise.all([
          browser.open("customer", system.api.url, { locale: "zh-CN" }),
          atDesk("agent-mei", "陈梅 Mei", "zh-CN"),
          atDesk("agent-tom", "Tom Baker", "en-US"),
        ]);
        await enterAs(customer, "c-wang");
        await send(customer, "我的电话是13812345678，白天打13987654321，转人工");
        await lastSays(customer, "assistant", "正在为您转接人工客服");
        await tom.page.locator("[data-testid^=handoff-][data-status=waiting]").click();
        await claim(mei);
        const { page } = mei;
        const hidden = page.getByTestId("placeholder");
        await hidden.nth(1).filter({ hasText: "手机号" }).waitFor();
        await tom.page.getByTestId("placeholder").nth(1).filter({ hasText: "Mobile number" }).waitFor();
        expect(await tom.page.getByTestId("reveal").count()).toBe(0);

        await page.clock.install();
        await page.getByTestId("reveal").nth(1).click();
        await page.getByTestId("reveal-dialog").filter({ hasText: "审计日志" }).waitFor();
        await page.getByTestId("reveal-confirm").click();
        await page.getByTestId("reveal-problem").filter({ hasText: "请先写明原因" }).waitFor();
        await page.getByTestId("reveal-reason").fill("快递员要联系顾客");
        await page.getByTestId("reveal-confirm").click();
        const original = page.getByTestId("original");
        await original.filter({ hasText: "13987654321" }).waitFor();
        expect(await hidden.count()).toBe(1);
        const rows = await system.store.audit.find({ tenant: system.tenant, kind: "reveal" }).toArray();
        expect(rows).toMatchObject([
          { who: "agent-mei", what: "[mobile]", refs: { nth: "1", reason: "快递员要联系顾客" } },
        ]);

        await page.clock.fastForward(28_000);
        expect(await original.count()).toBe(1);
        await page.clock.fastForward(2_000);
        await original.waitFor({ state: "detached" });
        expect(await page.locator("body").textContent()).not.toMatch(/13812345678|13987654321/);

        await page.getByTestId("reveal").first().click();
        await page.keyboard.press("Escape");
        await page.getByTestId("reveal-dialog").waitFor({ state: "detached" });
        await page.getByTestId("reveal").first().click();
        await page.getByTestId("reveal-reason").fill("核对");
        await page.getByTestId("reveal-confirm").click();
        await original.filter({ hasText: "13812345678" }).waitFor();
        // Whoever gives the conversation away sees no more of it.
        await page.getByTestId("release").click();
        await original.waitFor({ state: "detached" });
        expect(await page.getByTestId("reveal").count()).toBe(0);
      }),
    JOURNEY_TIMEOUT_MS,
  );
});

const waitForStatus = (banner: Locator, status: string): Promise<void> =>
  banner.and(banner.page().locator(`[data-status=${status}]`)).waitFor();

/** Opens the one waiting conversation: where the dialogue stands, what is known, and every message are there. */
async function seesTheCase({ page }: Agent, state: string, facts: string[]): Promise<void> {
  await page.locator("[data-testid^=handoff-][data-status=waiting]").click();
  const context = page.getByTestId("context");
  await context.locator("[aria-current=step]", { hasText: state }).waitFor();
  for (const fact of facts) await context.locator("dd", { hasText: fact }).first().waitFor();
}

/**
 * Both claims are under way before either arrives, however slow the machine, and the lists that are read meanwhile know
 * of neither: a claim is refused before it can be read who won. @returns the winner, then the loser
 */
async function claimTogether(...agents: [Agent, Agent]): Promise<[Agent, Agent]> {
  const claims = "**/v1/handoffs/*/claim";
  const lists = "**/v1/handoffs?*";
  const stale = new Map<string, string>();
  let arrived = 0;
  let release = (): void => undefined;
  const both = new Promise<void>((resolve) => {
    release = resolve;
  });
  for (const { page } of agents) {
    await page.route(lists, async (route) => {
      const url = route.request().url();
      const body = stale.get(url) ?? (await (await route.fetch()).text());
      stale.set(url, body);
      await route.fulfill({ contentType: "application/json", body });
    });
    // Each list as it is now, before anybody has claimed.
    await page.waitForResponse((response) => response.url().includes("status=active"));
    await page.route(claims, async (route) => {
      if (++arrived === agents.length) release();
      await both;
      await route.continue();
    });
  }
  await Promise.all(agents.map(({ page }) => page.getByTestId("claim").click()));
  await eventually("one of them is refused", async () =>
    (await Promise.all(agents.map(({ page }) => page.getByTestId("failure").isVisible()))).includes(true),
  );
  await Promise.all(agents.map(({ page }) => page.unroute(lists)));
  const [mei, tom] = agents;
  const meiHasIt = await eventually("one of them can write", async () => {
    const canWrite = await Promise.all(agents.map(({ page }) => page.getByTestId("desk-composer").isVisible()));
    return canWrite.includes(true) ? { yes: canWrite[0] } : undefined;
  });
  await Promise.all(agents.map(({ page }) => page.unroute(claims)));
  return meiHasIt.yes ? [mei, tom] : [tom, mei];
}

async function claim({ page }: Agent): Promise<void> {
  await page.locator("[data-testid^=handoff-][data-status=waiting]").click();
  await page.getByTestId("claim").click();
  await page.getByTestId("desk-composer").waitFor();
}

async function reply({ page }: Agent, text: string): Promise<void> {
  await page.getByTestId("desk-composer").fill(text);
  await page.getByTestId("desk-send").click();
}

async function closeCase({ page }: Agent, how: "return" | "resolve", summary: string): Promise<void> {
  await page.getByTestId("summary").fill(summary);
  await page.getByTestId(how).click();
  await page.getByTestId("not-mine").filter({ hasText: summary }).waitFor();
}
