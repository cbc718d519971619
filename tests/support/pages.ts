/** What a customer does on the chat page and what can be seen there; the desk shares its messages. */
import type { Page } from "playwright-core";
import { openMessages } from "../../src/store/sealed.ts";
import type { Shown } from "./browser.ts";
import { plain, shown } from "./browser.ts";
import { eventually } from "./eventually.ts";
import type { TestSystem } from "./system.ts";

/** Chooses a demo customer; the conversation is empty. */
export const enterAs = (page: Page, customerId: string): Promise<void> =>
  page.getByTestId(`customer-${customerId}`).click();

export async function send(page: Page, text: string): Promise<void> {
  await page.getByTestId("composer").fill(text);
  await page.getByTestId("send").click();
}

/** Waits until the last message is of this role and says all of this; white space and marks don't count. */
export const lastSays = (page: Page, role: Shown["role"], ...parts: string[]): Promise<Shown> =>
  eventually(`${role}: ${parts.join(" … ")}`, async () => {
    const last = (await shown(page)).at(-1);
    return last?.role === role && parts.every((part) => last.text.includes(plain(part))) ? last : undefined;
  });

/** Waits until the page shows exactly what MongoDB has of the session: nothing missing, nothing doubled. */
export async function showsWhatIsStored(page: Page, system: TestSystem, sessionId: string): Promise<Shown[]> {
  let found: { onPage: Shown[]; stored: Shown[] } = { onPage: [], stored: [] };
  return eventually(`the page shows what is stored of ${sessionId}`, async () => {
    const sealed = await system.store.messages.find({ sessionId }).sort({ seq: 1 }).toArray();
    const documents = await openMessages(system.keyring, sealed);
    const stored = documents.map(({ role, seq, text }) => ({ role, seq, text: plain(text) }));
    found = { onPage: await shown(page), stored };
    if (JSON.stringify(found.onPage) === JSON.stringify(stored) && stored.length > 0) return stored;
    throw new Error(JSON.stringify(found, null, 1));
  });
}

/** The one session of a customer in this test's database. */
export const sessionOf = async (system: TestSystem, customerId: string): Promise<string> =>
  (await eventually(`a session of ${customerId}`, () => system.store.sessions.findOne({ customerId })))._id;
