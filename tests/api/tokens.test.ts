/** Tokens expire, their secrets rotate, and they are revoked. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { decodeProtectedHeader, SignJWT } from "jose";
import { createTokens } from "../../src/api/auth.ts";
import { createRevocations, REVOCATION_CACHE_MS } from "../../src/api/revocations.ts";
import type { Chats } from "../support/chat.ts";
import { createChats } from "../support/chat.ts";
import { eventually } from "../support/eventually.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner } from "../support/servers.ts";
import type { TestApi } from "../support/system.ts";
import { startApi } from "../support/system.ts";

const newSecret = (): string => randomBytes(32).toString("hex");
const [old, current] = [newSecret(), newSecret()];
const claims = { role: "agent", sub: "a-mei", tenant: "demo" } as const;
let corner: Corner;
let api: TestApi;
let chats: Chats;

beforeAll(async () => {
  corner = await openCorner();
  api = await startApi(corner);
  chats = createChats({ url: api.url, tokens: api.tokens, tenant: corner.tenant });
});
afterAll(async () => {
  await api?.close();
  await corner?.close();
});
const status = async (token: string): Promise<number> => (await chats.call("GET", "/v1/handoffs", { token })).status;

test("secrets rotate: the first signs, all verify, one that was taken out doesn't", async () => {
  const both = createTokens(`${current},${old}`);
  const before = (await createTokens(old).sign(claims, 60)).token;
  const after = (await both.sign(claims, 60)).token;
  expect(decodeProtectedHeader(after).kid).not.toBe(decodeProtectedHeader(before).kid);
  expect(await both.verify(before)).toMatchObject(claims);
  expect(await createTokens(current).verify(after)).toMatchObject(claims);
  await expect(createTokens(current).verify(before)).rejects.toMatchObject({ status: 401 });
  await expect(createTokens(old).verify(after)).rejects.toMatchObject({ status: 401 });
  expect(() => createTokens(`${current},short`)).toThrow(/32/);
});

test("a login of one's own needs no kid; a foreign key under a known kid, and no signature at all, are refused", async () => {
  const both = createTokens(`${current},${old}`);
  const sign = (header: { alg: string; kid?: string }, secret: string): Promise<string> =>
    new SignJWT({ role: "agent", tenant: "demo" })
      .setProtectedHeader(header)
      .setSubject("a-mei")
      .setIssuer("colloquy")
      .setExpirationTime("1m")
      .sign(Buffer.from(secret));
  expect(await both.verify(await sign({ alg: "HS256" }, old))).toMatchObject(claims);
  const { kid } = decodeProtectedHeader((await both.sign(claims, 60)).token);
  await expect(both.verify(await sign({ alg: "HS256", kid: kid ?? "" }, newSecret()))).rejects.toMatchObject({
    status: 401,
  });
  const [, body] = (await both.sign(claims, 60)).token.split(".");
  const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${body}.`;
  await expect(both.verify(none)).rejects.toMatchObject({ status: 401 });
});

test("a revoked token is refused at once here, and everywhere within seconds; others of the same person hold", async () => {
  const own = { ...claims, tenant: corner.tenant };
  const [mine, fresh] = [await chats.token(own), await chats.token(own)];
  expect((await chats.call("POST", "/v1/tokens/revoke", { token: mine })).status).toBe(204);
  expect(await status(mine)).toBe(401);
  expect(await status(fresh)).toBe(200);

  let clockMs = Date.now();
  const elsewhere = createRevocations(corner.store, () => clockMs);
  const { jti = "" } = await api.tokens.verify(fresh);
  expect(await elsewhere.has(jti)).toBe(false);
  const admin = await chats.token({ role: "admin", tenant: corner.tenant });
  expect((await chats.call("POST", "/v1/tokens/revoke", { token: admin, body: { token: fresh } })).status).toBe(204);
  expect(await status(fresh)).toBe(401);
  clockMs += REVOCATION_CACHE_MS + 1;
  expect(await elsewhere.has(jti)).toBe(true);
});

test("only an admin revokes others', and only of their tenant", async () => {
  const victim = await chats.token({ role: "agent" });
  const agent = await chats.token({ role: "agent", sub: "a-tom" });
  expect((await chats.call("POST", "/v1/tokens/revoke", { token: agent, body: { token: victim } })).status).toBe(403);
  const stranger = await chats.token({ role: "admin", tenant: "elsewhere" });
  expect((await chats.call("POST", "/v1/tokens/revoke", { token: stranger, body: { token: victim } })).status).toBe(
    204,
  );
  expect(await status(victim)).toBe(200);
});

test("an event stream ends with its token", async () => {
  const { sessionId } = await chats.open("c-lin");
  const token = await chats.token({ sub: "c-lin" }, 2);
  const stream = await chats.attach(sessionId, token).events();
  await eventually("it began", () => stream.events.length > 0);
  await stream.ended;
  expect((await chats.call("GET", `/v1/sessions/${sessionId}`, { token })).status).toBe(401);
});
