import { bytesContent, type Content } from "./content";

/** How the bytes of an answer go out; everything absent is as it should be. */
export interface Delivery {
  /** Close the connection before a header is sent. */
  readonly drop?: boolean;
  /** Bytes of the body that go out. */
  readonly upTo?: number;
  /** What happens after those: the answer ends, the connection breaks, or nothing ever. */
  readonly ending?: "end" | "reset" | "hang";
  /** `Content-Length` as declared; `chunked` declares none. */
  readonly length?: number | "chunked";
  /** Milliseconds before each piece of the body. */
  readonly pause?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Content;
  /** For a range: the file it was cut from. */
  readonly whole?: Content;
  readonly delivery?: Delivery;
}

export function json(value: unknown, headers: Readonly<Record<string, string>> = {}, status = 200): Answer {
  return {
    status,
    headers: { "Content-Type": "application/json; charset=utf-8", ...headers },
    body: bytesContent(JSON.stringify(value)),
  };
}

export function redirect(status: 302 | 307, location: string, headers: Readonly<Record<string, string>> = {}): Answer {
  const body = bytesContent(`Redirecting to ${location}`);
  return { status, headers: { "Content-Type": "text/plain", Location: location, ...headers }, body };
}

/** An answer that ends the handling of a request wherever it is thrown. */
export class Refusal extends Error {
  constructor(readonly answer: Answer) {
    super(`refused with ${answer.status}`);
  }
}

/** What the Hub answers when it says no. */
export function refuse(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Refusal {
  return new Refusal(json({ error: message }, { "X-Error-Message": message, ...headers }, status));
}
