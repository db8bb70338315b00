import { gzipSync } from "node:zlib";
import { type Answer, redirect, refuse } from "./answer";
import { bytesContent } from "./content";
import type { OriginName } from "./request";

/** Spoils an answer. */
export type Fault = (answer: Answer) => Answer;

export interface FaultOrder {
  readonly on: OriginName;
  /** Tested against `METHOD /path?query`; preflights are never spoiled. */
  readonly match?: RegExp;
  /** How often; default once. */
  readonly times?: number;
  readonly fault: Fault;
}

/** The faults that are switched on, each until it was used up. */
export class Faults {
  #orders: { order: FaultOrder; left: number }[] = [];

  add(order: FaultOrder): void {
    this.#orders.push({ order, left: order.times ?? 1 });
  }

  clear(): void {
    this.#orders = [];
  }

  /** The answer, spoiled by the first fault that is meant for this request. */
  spoil(on: OriginName, request: string, answer: Answer): Answer {
    const due = this.#orders.find(
      ({ order, left }) => left > 0 && order.on === on && (order.match?.test(request) ?? true),
    );
    if (!due) return answer;
    due.left--;
    return due.order.fault(answer);
  }
}

/** Another status: 429, 500, 403 … */
export function status(code: number, headers: Readonly<Record<string, string>> = {}): Fault {
  return () => refuse(code, `fault ${code}`, headers).answer;
}

/** Sent elsewhere. */
export function moved(to: string, code: 302 | 307 = 302): Fault {
  return ({ headers }) => redirect(code, to, withoutBody(headers));
}

/** Headers that say nothing of a body. */
function withoutBody(headers: Answer["headers"]): Answer["headers"] {
  const { "Content-Range": _, Location: __, "Content-Type": ___, ...others } = headers;
  return others;
}

/** The connection closes before any header. */
export const drop: Fault = (answer) => ({ ...answer, delivery: { drop: true } });

/** The connection breaks after some bytes of the body. */
export function reset(after: number): Fault {
  return (answer) => ({ ...answer, delivery: { upTo: after, ending: "reset" } });
}

/** `Content-Length` promises more than the body has. */
export function overlong(by: number): Fault {
  return (answer) => ({ ...answer, delivery: { length: (answer.body?.size ?? 0) + by, ending: "reset" } });
}

/** A 206 whose body has fewer bytes than its `Content-Range`, and whose framing hides that. */
export function cut(bytes: number, framing: "length" | "chunked" = "length"): Fault {
  return (answer) => {
    const upTo = Math.min(bytes, answer.body?.size ?? 0);
    return { ...answer, delivery: { upTo, length: framing === "length" ? upTo : "chunked" } };
  };
}

/** The body stops coming, and the connection stays open. */
export function hang(after: number): Fault {
  return (answer) => ({ ...answer, delivery: { upTo: after, ending: "hang" } });
}

/** The body comes slowly, as over a long line. @param pause milliseconds before each piece */
export function slow(pause: number): Fault {
  return (answer) => ({ ...answer, delivery: { ...answer.delivery, pause } });
}

/** The `Range` is ignored: 200 and the whole file. */
export const ignoreRange: Fault = ({ whole, ...answer }) => {
  if (!whole) return answer;
  const { "Content-Range": _, ...headers } = answer.headers;
  return { status: 200, headers, body: whole };
};

/** The right number of bytes, from another place, and saying so. */
export function shift(by: number): Fault {
  return (answer) => {
    const { whole, body } = answer;
    const start = Number(/^bytes (\d+)-/.exec(answer.headers["Content-Range"] ?? "")?.[1]);
    if (!whole || !body || start + by + body.size > whole.size) return answer;
    const [from, to] = [start + by, start + by + body.size];
    const headers = { ...answer.headers, "Content-Range": `bytes ${from}-${to - 1}/${whole.size}` };
    return { ...answer, headers, body: bytesContent(whole.read(from, to)) };
  };
}

/** The right number of bytes, from another place, and not saying so: a cache that mixed up two answers. */
export function astray(by: number): Fault {
  return (answer) => ({ ...shift(by)(answer), headers: answer.headers });
}

/** A 206 compressed on the way, as no server should. */
export const gzip: Fault = (answer) => {
  if (!answer.body) return answer;
  const body = bytesContent(gzipSync(answer.body.read(0, answer.body.size)));
  return { ...answer, headers: { ...answer.headers, "Content-Encoding": "gzip" }, body };
};

/** One bit of the body is wrong. */
export function corrupt(at: number): Fault {
  return (answer) => {
    if (!answer.body || at >= answer.body.size) return answer;
    const bytes = answer.body.read(0, answer.body.size);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return { ...answer, body: bytesContent(bytes) };
  };
}
