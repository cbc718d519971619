/** Pages in a real Chromium. Every page is watched: a console error or a CSP violation fails its journey. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "@jest/globals";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { findChromium, NO_CHROMIUM } from "./chromium.ts";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const ACTION_TIMEOUT_MS = 20_000;
/** Some ten seconds on a quiet machine; every wait inside has a limit of its own that names what was waited for. */
export const JOURNEY_TIMEOUT_MS = 120_000;

const executablePath = findChromium();

/** `describe`, or a skipped one that says why. */
export const describeInBrowser = (name: string, tests: () => void): void =>
  executablePath ? describe(name, tests) : describe.skip(`${name} (skipped: ${NO_CHROMIUM})`, tests);

/**
 * Runs in each document before its own scripts: CSP violations become console errors, and typing is remembered however
 * briefly it was shown. Text, not a function: the project's types know no DOM.
 */
const WATCH = `
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    console.error("CSP violation: " + violatedDirective + " " + blockedURI));
  new MutationObserver(() => {
    if (document.querySelector("[data-testid=typing]")) window.typingWasShown = true;
  }).observe(document, { childList: true, subtree: true });
`;

export interface OpenOptions extends BrowserContextOptions {
  /** Console errors that belong to the journey, e.g. Chromium's line about a 409. */
  expected?: RegExp;
}

export interface TestBrowser {
  /** A page with a storage of its own; `name` is for its screenshot. */
  open(name: string, url: string, options?: OpenOptions): Promise<Page>;
  /**
   * Runs a journey and closes its pages. When it fails, saves what each of them shows and prints where.
   * @throws Error with every complaint of the pages' consoles
   */
  journey(steps: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** @throws Error when there is no Chromium: use it within `describeInBrowser` */
export async function openBrowser(): Promise<TestBrowser> {
  if (!executablePath) throw new Error(NO_CHROMIUM);
  const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  const pages = new Map<string, Page>();
  const complaints: string[] = [];
  return {
    async open(name, url, { expected, ...options } = {}) {
      const page = await newPage(browser, options);
      pages.set(name, page);
      const complain = (text: string) => void (expected?.test(text) || complaints.push(`${name}: ${text}`));
      page.on("console", (line) => line.type() === "error" && complain(line.text()));
      page.on("pageerror", (error) => complain(error.stack ?? String(error)));
      await page.goto(url);
      return page;
    },
    async journey(steps) {
      try {
        await steps();
        if (complaints.length > 0) throw new Error(`the pages complained:\n${complaints.join("\n")}`);
      } catch (error) {
        await saveScreenshots(pages, complaints);
        throw error;
      } finally {
        await Promise.all([...pages.values()].map((page) => page.context().close()));
        pages.clear();
        complaints.length = 0;
      }
    },
    close: () => browser.close(),
  };
}

async function newPage(browser: Browser, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(ACTION_TIMEOUT_MS);
  await context.addInitScript({ content: WATCH });
  return context.newPage();
}

async function saveScreenshots(pages: Map<string, Page>, complaints: string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "colloquy-journey-"));
  const saved = [...pages].map(([name, page]) =>
    page.screenshot({ path: join(folder, `${name}.png`) }).catch(() => undefined),
  );
  await Promise.all(saved);
  const lines = [`Screenshots of the failed journey: ${folder}`, ...complaints];
  process.stderr.write(`${lines.join("\n")}\n`);
}

/** A message as a page shows it. */
export interface Shown {
  role: string;
  /** null while it is only in the outbox. */
  seq: number | null;
  /** Without white space and marks. */
  text: string;
}

/** The text of a message as `Shown` has it: what Markdown and line breaks become on a page. */
export const plain = (text: string): string => text.replaceAll(/^- |\*\*|\s/gm, "");

const MESSAGES = `[...document.querySelectorAll("[data-testid=message]")].map((row) => ({
  role: row.dataset.role,
  seq: row.dataset.seq ? Number(row.dataset.seq) : null,
  text: (row.querySelector(".bubble") ?? row).textContent,
}))`;

/** Every message on the page, in its order. */
export const shown = async (page: Page): Promise<Shown[]> => {
  const found = (await page.evaluate(MESSAGES)) as Shown[];
  return found.map((message) => ({ ...message, text: plain(message.text) }));
};

export const typingWasShown = (page: Page): Promise<boolean> => page.evaluate("window.typingWasShown === true");
