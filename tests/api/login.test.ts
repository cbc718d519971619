/** Agents sign in at an OpenID provider: authorization code with PKCE, once, in one browser, with a role. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { IdentityProvider } from "../../src/embedded/identity-provider.ts";
import { startIdentityProvider } from "../../src/embedded/identity-provider.ts";
import type { Corner } from "../support/servers.ts";
import { openCorner } from "../support/servers.ts";
import type { TestApi } from "../support/system.ts";
import { startApi } from "../support/system.ts";

let provider: IdentityProvider;
let corner: Corner;
let api: TestApi;

beforeAll(async () => {
  const person = (sub: string, role: string, tenant = "shop-a") => ({ sub, name: `Name of ${sub}`, role, tenant });
  provider = await startIdentityProvider([
    person("mei", "agent"),
    person("ana", "admin", "shop-b"),
    person("eve", "guest"),
  ]);
  corner = await openCorner({ OIDC_ISSUER: provider.issuer, OIDC_CLIENT_ID: provider.clientId });
  api = await startApi(corner);
});
afterAll(async () => {
  await api?.close();
  await corner?.close();
  await provider?.stop();
});

const visit = (url: string, cookie = ""): Promise<Response> =>
  fetch(url, { redirect: "manual", headers: cookie === "" ? {} : { cookie } });
const target = (response: Response): string => response.headers.get("location") ?? "";
const cookieOf = (response: Response): string => (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";

/** To the provider, where this person clicks their name, and back. */
async function begin(person: string): Promise<{ cookie: string; callback: string; authorize: string }> {
  const started = await visit(`${api.url}/v1/login`);
  expect(started.status).toBe(302);
  const authorize = target(started);
  const chosen = await visit(`${authorize}&person=${person}`);
  return { cookie: cookieOf(started), callback: target(chosen), authorize };
}
const problemOf = async (response: Response) => [
  response.status,
  ((await response.json()) as { detail: string }).detail,
];

test("an agent comes back to the desk with a token of ours, for the tenant and role the provider says", async () => {
  const { cookie, callback, authorize } = await begin("mei");
  expect(new URL(authorize).searchParams.get("code_challenge_method")).toBe("S256");
  const back = await visit(callback, cookie);
  expect(back.status).toBe(302);
  const token = target(back).replace("/desk#token=", "");
  expect(await api.tokens.verify(token)).toMatchObject({
    role: "agent",
    sub: "mei",
    tenant: "shop-a",
    name: "Name of mei",
  });
  const queue = await fetch(`${api.url}/v1/handoffs`, { headers: { authorization: `Bearer ${token}` } });
  expect([queue.status, await queue.json()]).toEqual([200, { handoffs: [] }]);
  const admin = await begin("ana");
  const adminBack = target(await visit(admin.callback, admin.cookie)).replace("/desk#token=", "");
  expect(await api.tokens.verify(adminBack)).toMatchObject({ role: "admin", tenant: "shop-b" });
});

test("the page where one chooses lists everybody, and the cookie is for this login alone", async () => {
  const started = await visit(`${api.url}/v1/login`);
  expect(started.headers.get("set-cookie")).toMatch(/Path=\/v1\/login; HttpOnly; SameSite=Lax/);
  const page = await (await visit(target(started))).text();
  for (const name of ["mei", "ana", "eve"]) expect(page).toContain(`Name of ${name}`);
});

test("who has no role here is told so", async () => {
  const { cookie, callback } = await begin("eve");
  expect(await problemOf(await visit(callback, cookie))).toEqual([403, expect.stringContaining("no role")]);
});

test("a code is good once, in the browser that began, with its state", async () => {
  const { cookie, callback } = await begin("mei");
  expect(await problemOf(await visit(callback))).toEqual([400, expect.stringContaining("another browser")]);
  const another = await begin("mei");
  expect((await visit(callback, another.cookie)).status).toBe(400);
  expect((await visit(callback.replace(/state=[^&]+/, "state=forged"), cookie)).status).toBe(400);
  expect((await visit(callback.replace(/code=[^&]+/, "code=guessed"), cookie)).status).toBe(400);
  expect((await visit(callback, cookie)).status).toBe(302);
  expect((await visit(callback, cookie)).status).toBe(400);
  const forged = `${cookie.slice(0, -4)}AAAA`;
  expect((await visit(another.callback, forged)).status).toBe(400);
});

test("the development provider sends nobody to another site, and wants PKCE", async () => {
  const { authorize } = await begin("mei");
  const changed = (name: string, value: string): string => {
    const url = new URL(authorize);
    url.searchParams.set(name, value);
    url.searchParams.set("person", "mei");
    return url.href;
  };
  for (const url of [
    changed("redirect_uri", "https://evil.example/"),
    changed("redirect_uri", "http://127.0.0.1.evil.example/"),
    changed("code_challenge", ""),
    changed("code_challenge_method", "plain"),
    changed("client_id", "another"),
  ])
    expect((await visit(url)).status).toBe(400);
});

test("logins are limited by address", async () => {
  const limited = await startApi({
    ...corner,
    config: { ...corner.config, BUCKET_CAPACITY: 3, BUCKET_LEAK_PER_S: 0.001 },
  });
  try {
    const statuses: number[] = [];
    for (let tries = 0; tries < 5; tries++) statuses.push((await visit(`${limited.url}/v1/login`)).status);
    expect(statuses).toEqual([302, 302, 302, 429, 429]);
  } finally {
    await limited.close();
  }
});

test("a provider that is away is a 503, and asked again", async () => {
  const config = { ...corner.config, OIDC_ISSUER: "http://127.0.0.1:9" };
  const without = await startApi({ ...corner, config });
  try {
    expect((await visit(`${without.url}/v1/login`)).status).toBe(503);
  } finally {
    await without.close();
  }
});

test("not configured, there is no login", async () => {
  const { OIDC_ISSUER: _, ...config } = corner.config;
  const without = await startApi({ ...corner, config });
  try {
    expect((await visit(`${without.url}/v1/login`)).status).toBe(404);
  } finally {
    await without.close();
  }
});
