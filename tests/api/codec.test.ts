/** The codec server: Temporal's web UI shows engineers what the histories hold, and nobody else. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createEncryptionCodec } from "../../src/safety/codec/codec.ts";
import type { Chats } from "../support/chat.ts";
import { createChats } from "../support/chat.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner } from "../support/servers.ts";
import type { TestApi } from "../support/system.ts";
import { startApi } from "../support/system.ts";

const UI = "http://127.0.0.1:8233";
let corner: Corner;
let api: TestApi;
let chats: Chats;
let sealed: { metadata: Record<string, string>; data: string };

beforeAll(async () => {
  corner = await openCorner({ TEMPORAL_UI_URL: `${UI}/namespaces`, CORS_ORIGINS: "https://shop.example" });
  api = await startApi(corner);
  chats = createChats({ url: api.url, tokens: api.tokens, tenant: corner.tenant });
  const { sessionId } = await chats.open("c-lin");
  const plain = { metadata: { encoding: Buffer.from("json/plain") }, data: Buffer.from('"台灯"') };
  const context = { type: "workflow", namespace: "default", workflowId: sessionId } as const;
  const [payload] = await createEncryptionCodec(corner.keyring).encode([plain], context);
  sealed = {
    metadata: { encoding: Buffer.from(payload?.metadata?.encoding ?? []).toString("base64") },
    data: Buffer.from(payload?.data ?? []).toString("base64"),
  };
});
afterAll(async () => {
  await api?.close();
  await corner?.close();
});

const decode = (options: { token?: string; headers?: Record<string, string> }) =>
  chats.call<{ payloads: Array<{ data: string }> }>("POST", "/codec/decode", {
    ...options,
    body: { payloads: [sealed] },
  });
const textOf = (body: { payloads: Array<{ data: string }> }): string =>
  Buffer.from(body.payloads[0]?.data ?? "", "base64").toString();

test.each(["engineer", "admin"] as const)("decrypts for an %s, and what it encrypts it decrypts", async (role) => {
  const token = await chats.token({ role });
  expect(textOf((await decode({ token })).body)).toBe('"台灯"');
  const plain = { metadata: { encoding: btoa("json/plain") }, data: btoa('"end"') };
  const encoded = await chats.call<{ payloads: object[] }>("POST", "/codec/encode", {
    token,
    body: { payloads: [plain] },
  });
  expect(JSON.stringify(encoded.body)).not.toContain(plain.data);
  expect((await chats.call("POST", "/codec/decode", { token, body: encoded.body })).body).toEqual({
    payloads: [plain],
  });
});

test("nobody else: no token, customers, agents; an engineer of another tenant gets it as it is", async () => {
  expect((await decode({})).status).toBe(401);
  for (const role of ["customer", "agent"] as const)
    expect((await decode({ token: await chats.token({ role }) })).status).toBe(403);
  const stranger = await decode({ token: await chats.token({ role: "engineer", tenant: "elsewhere" }) });
  expect(stranger).toMatchObject({ status: 200, body: { payloads: [{ data: sealed.data }] } });
});

test("a payload whose key was destroyed, or that is damaged, comes back as it is; a malformed body is a 400", async () => {
  const token = await chats.token({ role: "engineer" });
  const gone = Buffer.from(sealed.data, "base64");
  gone.write("zzzz", 1);
  for (const data of [gone.toString("base64"), btoa("short"), ""]) {
    const { status, body } = await chats.call("POST", "/codec/decode", {
      token,
      body: { payloads: [{ ...sealed, data }] },
    });
    expect([status, body]).toMatchObject([200, { payloads: [{ data }] }]);
  }
  expect((await chats.call("POST", "/codec/decode", { token, body: { payloads: [{ data: "%" }] } })).status).toBe(400);
});

test("Temporal's UI may call it with the cookie of sign-in; its preflight is answered for its origin only", async () => {
  const token = await chats.token({ role: "engineer" });
  const signedIn = await chats.call("POST", "/codec/sign-in", { token });
  const cookie = signedIn.headers.get("set-cookie") ?? "";
  expect([signedIn.status, cookie]).toEqual([204, expect.stringMatching(/HttpOnly; SameSite=Strict/)]);
  expect(textOf((await decode({ headers: { cookie: cookie.split(";")[0] ?? "" } })).body)).toBe('"台灯"');
  const agents = `colloquy_engineer=${await chats.token({ role: "agent", sub: randomUUID() })}`;
  expect((await decode({ headers: { cookie: agents } })).status).toBe(403);

  const allowed = async (path: string, origin: string): Promise<string | null> => {
    const headers = {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "x-namespace",
    };
    return (await fetch(api.url + path, { method: "OPTIONS", headers })).headers.get("access-control-allow-origin");
  };
  expect(await allowed("/codec/decode", UI)).toBe(UI);
  expect(await allowed("/codec/decode", "https://shop.example")).toBeNull();
  expect(await allowed("/v1/sessions", "https://shop.example")).toBe("https://shop.example");
  expect(await allowed("/v1/sessions", UI)).toBeNull();
});
