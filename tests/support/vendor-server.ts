import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What one call asked, in the same words for both protocols. */
export interface VendorCall {
  protocol: "openai" | "anthropic";
  /** 0 for the server's first call. */
  index: number;
  stream: boolean;
  model: string;
  system: string;
  /** The last user turn: the customer's request, or the correction when an answer was rejected. */
  text: string;
  turns: Array<{ role: string; text: string }>;
  headers: IncomingMessage["headers"];
  body: Record<string, unknown>;
}

/** What the server does with a call. */
export type VendorReply =
  /** Answers with this text (Anthropic: as a text block). Several `pieces` when streamed. */
  | { kind: "text"; text: string; usage?: [inputTokens: number, outputTokens: number] }
  /** Answers with this JSON: OpenAI as content, Anthropic as the input of the forced tool. */
  | { kind: "json"; value: unknown; usage?: [inputTokens: number, outputTokens: number] }
  /** Stops in the middle at the limit of length: OpenAI finish_reason "length", Anthropic stop_reason "max_tokens". */
  | { kind: "truncated"; text: string; usage?: [inputTokens: number, outputTokens: number] }
  /** HTTP 200, a stream that begins with this text and then reports an error in its protocol's way. */
  | { kind: "error-event"; after: string; code: string }
  /** OpenAI `refusal`, Anthropic stop_reason "refusal". */
  | { kind: "refusal" }
  /** Accepts and never answers. */
  | { kind: "hang" }
  | { kind: "status"; status: number; headers?: Record<string, string>; code?: string; message?: string }
  /** Starts to answer with this text and drops the connection. */
  | { kind: "cut"; after: string }
  /** Streams this text, then stays silent. */
  | { kind: "stall"; after: string }
  /** HTTP 200 with this body as it is. */
  | { kind: "raw"; body: string };

export type VendorScript = (call: VendorCall) => VendorReply | Promise<VendorReply>;

export interface VendorServer {
  /** For createOpenAITier: ends in /v1. */
  openaiBaseURL: string;
  /** For createAnthropicTier. */
  anthropicBaseURL: string;
  /** Every call so far, oldest first. */
  calls: VendorCall[];
  /** Replaces the script and forgets the calls. A list is played in order, its last reply repeats. */
  script(script: VendorScript | VendorReply[]): void;
  /** Calls whose client went away before the answer was complete. */
  aborted: number;
  close(): Promise<void>;
}

const DEFAULT_USAGE: [number, number] = [100, 20];
/** Streamed text comes in pieces of this many characters, so that a cut lies in the middle. */
const PIECE_CHARS = 8;

/**
 * One HTTP server that speaks OpenAI's chat completions (POST /v1/chat/completions) and Anthropic's messages
 * (POST /v1/messages), whole and streamed, and misbehaves as scripted. Shared by all tests that need a model.
 */
export async function startVendorServer(script: VendorScript | VendorReply[]): Promise<VendorServer> {
  let current = asFunction(script);
  const http = createServer((request, response) => {
    void handle(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const protocol =
      request.url === "/v1/chat/completions" ? "openai" : request.url === "/v1/messages" ? "anthropic" : undefined;
    if (request.method !== "POST" || protocol === undefined) {
      response.writeHead(404, { "content-type": "application/json" }).end('{"error":{"message":"no such route"}}');
      return;
    }
    const call = describe(protocol, server.calls.length, request.headers, JSON.parse(await bodyOf(request)));
    server.calls.push(call);
    response.on("close", () => {
      if (!response.writableFinished) server.aborted++;
    });
    const write = protocol === "openai" ? writeOpenAI : writeAnthropic;
    await reply(response, call, await current(call), write);
  }

  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const server: VendorServer = {
    openaiBaseURL: `${origin}/v1`,
    anthropicBaseURL: origin,
    calls: [],
    aborted: 0,
    script(next) {
      current = asFunction(next);
      server.calls.length = 0;
      server.aborted = 0;
    },
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  return server;
}

function asFunction(script: VendorScript | VendorReply[]): VendorScript {
  if (typeof script === "function") return script;
  let next = 0;
  return () => script[Math.min(next++, script.length - 1)] ?? { kind: "status", status: 500 };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  return body;
}

function describe(
  protocol: VendorCall["protocol"],
  index: number,
  headers: IncomingMessage["headers"],
  body: Record<string, unknown>,
): VendorCall {
  const messages = body.messages as Array<{ role: string; content: string }>;
  const all = messages.map((message) => ({ role: message.role, text: message.content }));
  const turns = all.filter((turn) => turn.role !== "system");
  return {
    protocol,
    index,
    stream: body.stream === true,
    model: String(body.model),
    system:
      protocol === "openai" ? (all.find((turn) => turn.role === "system")?.text ?? "") : String(body.system ?? ""),
    text: turns.at(-1)?.text ?? "",
    turns,
    headers,
    body,
  };
}

interface Answer {
  text: string;
  /** Set for `json` replies. */
  value?: unknown;
  refused?: boolean;
  truncated?: boolean;
  usage: [number, number];
}
/** Writes an answer; `end` false leaves out everything after the text. */
type Write = (response: ServerResponse, call: VendorCall, answer: Answer, end: boolean) => void;

async function reply(response: ServerResponse, call: VendorCall, script: VendorReply, write: Write): Promise<void> {
  switch (script.kind) {
    case "hang":
      return;
    case "status":
      response.writeHead(script.status, { "content-type": "application/json", ...script.headers });
      response.end(JSON.stringify(errorBody(call, script)));
      return;
    case "raw":
      response.writeHead(200, { "content-type": "application/json" }).end(script.body);
      return;
    case "cut":
      write(response, call, { text: script.after, usage: DEFAULT_USAGE }, false);
      // After the bytes are out, so that the client has read the half it gets.
      setImmediate(() => response.destroy());
      return;
    case "stall":
      write(response, call, { text: script.after, usage: DEFAULT_USAGE }, false);
      return;
    case "error-event":
      write(response, call, { text: script.after, usage: DEFAULT_USAGE }, false);
      response.end(errorEvent(call, script.code));
      return;
    case "truncated":
      write(response, call, { text: script.text, truncated: true, usage: script.usage ?? DEFAULT_USAGE }, true);
      return;
    case "refusal":
      write(response, call, { text: "", refused: true, usage: DEFAULT_USAGE }, true);
      return;
    case "text":
      write(response, call, { text: script.text, usage: script.usage ?? DEFAULT_USAGE }, true);
      return;
    case "json": {
      const usage = script.usage ?? DEFAULT_USAGE;
      write(response, call, { text: JSON.stringify(script.value), value: script.value, usage }, true);
    }
  }
}

function errorEvent(call: VendorCall, code: string): string {
  const body = JSON.stringify(errorBody(call, { status: 200, code }));
  return call.protocol === "openai" ? `data: ${body}\n\n` : `event: error\ndata: ${body}\n\n`;
}

function errorBody(call: VendorCall, script: { code?: string; message?: string; status: number }): unknown {
  // Real vendors quote keys and prompts in their messages: ours does so always, to see that nothing passes them on.
  const key = call.headers.authorization ?? call.headers["x-api-key"] ?? "";
  const message = `${script.message ?? "scripted failure"} (key ${String(key)}, prompt ${call.text})`;
  if (call.protocol === "openai") return { error: { message, type: "error", code: script.code ?? null, param: null } };
  return { type: "error", error: { type: script.code ?? "api_error", message } };
}

function pieces(text: string): string[] {
  return text.match(new RegExp(`[\\s\\S]{1,${PIECE_CHARS}}`, "g")) ?? [];
}

const writeOpenAI: Write = (response, call, answer, end) => {
  const { text, refused = false, truncated = false, usage } = answer;
  const finish = truncated ? "length" : "stop";
  const total = { prompt_tokens: usage[0], completion_tokens: usage[1], total_tokens: usage[0] + usage[1] };
  const head = { id: `chatcmpl-${call.index}`, created: 0, model: call.model };
  if (!call.stream) {
    const message = {
      role: "assistant",
      content: refused ? null : text,
      refusal: refused ? "I can't help with that." : null,
    };
    const choices = [{ index: 0, message, finish_reason: finish, logprobs: null }];
    writeWhole(response, JSON.stringify({ ...head, object: "chat.completion", choices, usage: total }), end);
    return;
  }
  const chunk = (delta: object, finish: string | null) =>
    `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  response.writeHead(200, { "content-type": "text/event-stream" });
  if (refused) response.write(chunk({ refusal: "I can't help with that." }, null));
  for (const piece of pieces(text)) response.write(chunk({ content: piece }, null));
  if (!end) return;
  response.write(chunk({}, finish));
  const wantsUsage = (call.body.stream_options as { include_usage?: boolean } | undefined)?.include_usage;
  if (wantsUsage) {
    response.write(
      `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices: [], usage: total })}\n\n`,
    );
  }
  response.end("data: [DONE]\n\n");
};

const writeAnthropic: Write = (response, call, answer, end) => {
  const { text, value, refused = false, truncated = false, usage } = answer;
  const asTool = value !== undefined && Array.isArray(call.body.tools);
  const stop = refused ? "refusal" : truncated ? "max_tokens" : asTool ? "tool_use" : "end_turn";
  const head = { id: `msg_${call.index}`, type: "message", role: "assistant", model: call.model, stop_sequence: null };
  if (!call.stream) {
    const block = asTool
      ? { type: "tool_use", id: `toolu_${call.index}`, name: "report", input: value }
      : { type: "text", text };
    const content = text === "" ? [] : [block];
    const counted = { input_tokens: usage[0], output_tokens: usage[1] };
    writeWhole(response, JSON.stringify({ ...head, content, stop_reason: stop, usage: counted }), end);
    return;
  }
  const event = (type: string, data: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  response.writeHead(200, { "content-type": "text/event-stream" });
  const started = { input_tokens: usage[0], output_tokens: 1 };
  event("message_start", { message: { ...head, content: [], stop_reason: null, usage: started } });
  event("content_block_start", { index: 0, content_block: { type: "text", text: "" } });
  for (const piece of pieces(text))
    event("content_block_delta", { index: 0, delta: { type: "text_delta", text: piece } });
  if (!end) return;
  event("content_block_stop", { index: 0 });
  event("message_delta", { delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: usage[1] } });
  event("message_stop", {});
  response.end();
};

function writeWhole(response: ServerResponse, body: string, end: boolean): void {
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  if (end) response.end(body);
  else response.write(body.slice(0, Math.floor(body.length / 2)));
}
