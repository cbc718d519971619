/** Somebody else's system that webhooks are sent to: it checks signatures with the standard's own library. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

/** What the receiver does with the next request to a path; without a script it answers 204. */
export type Reaction = { status: number; headers?: Record<string, string> } | "hang" | "cut off";

export interface Received {
  path: string;
  id: string;
  at: number;
  /** As sent; null when the signature doesn't hold. */
  event: { type: string; timestamp: string; data: Record<string, unknown> } | null;
  body: string;
}

export interface WebhookReceiver {
  url: string;
  secret: string;
  received: Received[];
  at(path: string): Received[];
  react(path: string, reactions: Reaction[]): void;
  close(): Promise<void>;
}

export async function startWebhookReceiver(secret: string): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const scripts = new Map<string, Reaction[]>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const path = request.url ?? "";
      const body = Buffer.concat(chunks).toString();
      const headers = request.headers as Record<string, string>;
      let event: Received["event"] = null;
      try {
        event = new Webhook(secret).verify(body, headers) as Received["event"];
      } catch {
        // A signature that doesn't hold: the test sees null.
      }
      received.push({ path, id: headers["webhook-id"] ?? "", at: Number(headers["webhook-timestamp"]), event, body });
      const reaction = scripts.get(path)?.shift() ?? { status: 204 };
      if (reaction === "hang") return;
      if (reaction === "cut off") return void request.socket.destroy();
      response.writeHead(reaction.status, reaction.headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secret,
    received,
    at: (path) => received.filter((each) => each.path === path),
    react: (path, reactions) => void scripts.set(path, reactions),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
