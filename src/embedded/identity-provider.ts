/**
 * An OpenID provider to develop against: whoever clicks a name is that person. Under `npm start` and in tests only; production has a
 * real one. Authorization code with PKCE, codes good once, redirects to loopback addresses only.
 */
import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

export interface DemoPerson {
  sub: string;
  name: string;
  role: string;
  tenant: string;
}

export interface IdentityProvider {
  issuer: string;
  clientId: string;
  stop(): Promise<void>;
}

const CLIENT_ID = "colloquy";
const CODE_TTL_MS = 60_000;
const BODY_MAX_BYTES = 16_384;
const LOOPBACK = /^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?\//;

interface Grant {
  person: DemoPerson;
  redirectUri: string;
  challenge: string;
  nonce: string | null;
  until: number;
}

/** Listens on a free port of 127.0.0.1; its signing key lives as long as it does. */
export async function startIdentityProvider(people: DemoPerson[]): Promise<IdentityProvider> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: "demo", alg: "ES256", use: "sig" }] };
  const grants = new Map<string, Grant>();
  let issuer = "";

  const authorize = (url: URL, response: ServerResponse): void => {
    const wanted = url.searchParams;
    const redirectUri = wanted.get("redirect_uri") ?? "";
    const challenge = wanted.get("code_challenge") ?? "";
    const proper =
      wanted.get("client_id") === CLIENT_ID &&
      wanted.get("response_type") === "code" &&
      wanted.get("code_challenge_method") === "S256" &&
      challenge !== "" &&
      LOOPBACK.test(redirectUri);
    const person = people.find(({ sub }) => sub === wanted.get("person"));
    if (!proper) answer(response, 400, { error: "invalid_request" });
    else if (!person) choose(url, people, response);
    else grant(person, wanted, redirectUri, challenge, response);
  };

  const grant = (
    person: DemoPerson,
    wanted: URLSearchParams,
    redirectUri: string,
    challenge: string,
    response: ServerResponse,
  ): void => {
    const code = randomBytes(24).toString("base64url");
    grants.set(code, { person, redirectUri, challenge, nonce: wanted.get("nonce"), until: Date.now() + CODE_TTL_MS });
    const back = new URL(redirectUri);
    for (const [name, value] of Object.entries({ code, state: wanted.get("state") ?? "", iss: issuer }))
      back.searchParams.set(name, value);
    response.writeHead(302, { location: back.href }).end();
  };

  const token = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams(await bodyOf(request));
    const code = form.get("code") ?? "";
    const grant = grants.get(code);
    grants.delete(code);
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const proper =
      grant !== undefined &&
      grant.until > Date.now() &&
      grant.challenge === challenge &&
      grant.redirectUri === form.get("redirect_uri") &&
      form.get("client_id") === CLIENT_ID;
    if (!proper) return answer(response, 400, { error: "invalid_grant" });
    const { sub, ...claims } = grant.person;
    const idToken = await new SignJWT({ ...claims, ...(grant.nonce === null ? {} : { nonce: grant.nonce }) })
      .setProtectedHeader({ alg: "ES256", kid: "demo" })
      .setIssuer(issuer)
      .setAudience(CLIENT_ID)
      .setSubject(sub)
      .setIssuedAt()
      .setExpirationTime("5m")
      .sign(privateKey);
    answer(response, 200, {
      access_token: randomBytes(24).toString("base64url"),
      token_type: "Bearer",
      id_token: idToken,
    });
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", issuer);
    if (url.pathname === "/.well-known/openid-configuration") return answer(response, 200, metadata(issuer));
    if (url.pathname === "/jwks") return answer(response, 200, jwks);
    if (url.pathname === "/authorize") return authorize(url, response);
    if (url.pathname === "/token" && request.method === "POST") return token(request, response);
    answer(response, 404, { error: "not_found" });
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => answer(response, 400, { error: "invalid_request" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    clientId: CLIENT_ID,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const metadata = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  response_types_supported: ["code"],
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["ES256"],
  code_challenge_methods_supported: ["S256"],
  token_endpoint_auth_methods_supported: ["none"],
  authorization_response_iss_parameter_supported: true,
});

function answer(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { "content-type": "application/json", "cache-control": "no-store" })
    .end(JSON.stringify(body));
}

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

function choose(url: URL, people: DemoPerson[], response: ServerResponse): void {
  const links = people.map(({ sub, name, role }) => {
    const link = new URL(url);
    link.searchParams.set("person", sub);
    return `<li><a href="${escaped(link.pathname + link.search)}">${escaped(name)}</a> (${escaped(role)})</li>`;
  });
  const headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": "default-src 'none'" };
  response
    .writeHead(200, headers)
    .end(`<!doctype html><title>Demo sign-in</title><h1>Who are you?</h1><ul>${links.join("")}</ul>`);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_MAX_BYTES) throw new Error("too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
