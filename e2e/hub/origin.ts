import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { type Answer, Refusal, refuse } from "./answer";
import { CERTIFICATE } from "./certificate";
import { type Content, part, pieces } from "./content";
import { type Cors, corsHeaders, preflight } from "./cors";
import type { Faults } from "./faults";
import type { Log } from "./log";
import { type Asked, type OriginName, readRequest } from "./request";

export interface OriginParts {
  readonly name: OriginName;
  readonly cors: Cors;
  readonly log: Log;
  readonly faults: Faults;
  /** Behind TLS, with a certificate that nobody trusts. */
  readonly tls?: boolean;
  /** Headers of every answer. */
  headers(): Readonly<Record<string, string>>;
  handle(asked: Asked): Answer;
}

/** One of the three servers, listening on a free port of 127.0.0.1. */
export interface Origin {
  readonly url: string;
  close(): Promise<void>;
}

export async function listen(parts: OriginParts): Promise<Origin> {
  const { tls = false } = parts;
  const onRequest: RequestListener = async (message, response) => {
    const asked = await readRequest(parts.name, message).catch(() => undefined);
    if (!asked) return void response.writeHead(400).end();
    const answer = answerTo(parts, asked);
    const { method, url, headers } = asked;
    parts.log.add({ origin: parts.name, method, url, headers, status: answer.status });
    await write(response, method, answer).catch(() => response.destroy());
  };
  const server = tls ? createTlsServer(CERTIFICATE, onRequest) : createServer(onRequest);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `${tls ? "https" : "http"}://127.0.0.1:${port}`, close: () => close(server) };
}

function answerTo(parts: OriginParts, asked: Asked): Answer {
  const isPreflight = asked.method === "OPTIONS";
  const request = `${asked.method} ${asked.url}`;
  const answer = isPreflight
    ? preflight(parts.cors, asked)
    : parts.faults.spoil(parts.name, request, handled(parts, asked));
  return { ...answer, headers: { ...corsHeaders(parts.cors, asked), ...parts.headers(), ...answer.headers } };
}

function handled(parts: OriginParts, asked: Asked): Answer {
  try {
    return parts.handle(asked);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    return refuse(500, String(error)).answer;
  }
}

async function write(response: ServerResponse, method: string, answer: Answer): Promise<void> {
  const { status, headers, body, delivery = {} } = answer;
  if (delivery.drop) return void response.destroy();
  const length = delivery.length ?? body?.size ?? 0;
  const bodiless = status === 204 || status === 304;
  response.writeHead(status, {
    ...headers,
    ...(length !== "chunked" && !bodiless && { "Content-Length": String(length) }),
  });
  if (body && method !== "HEAD") {
    await send(response, part(body, 0, Math.min(delivery.upTo ?? body.size, body.size)), delivery.pause);
  }
  if (delivery.ending === "hang") return void response.flushHeaders();
  if (delivery.ending === "reset") return reset(response);
  response.end();
}

async function send(response: ServerResponse, body: Content, pause?: number): Promise<void> {
  for (const piece of pieces(body)) {
    if (pause !== undefined) await setTimeout(pause);
    if (response.destroyed) return;
    if (!response.write(piece)) await drained(response);
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}

/** Breaks the connection once what was written has left. */
function reset(response: ServerResponse): void {
  response.flushHeaders();
  response.write("", () => setImmediate(() => response.destroy()));
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
