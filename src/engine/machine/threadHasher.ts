import type { Bytes } from "../../base/bytes";
import type { AwaseError } from "../../base/errors";
import { engineFailure } from "../failures";
import type { Hasher, HashReply, HashRequest } from "./hashing";

/** Bytes of one file that may wait for the hashing thread. */
const MAX_WAITING_BYTES = 64 * 2 ** 20;

/** A worker's face, as far as hashing needs it. */
export interface HashThread extends EventTarget {
  postMessage(request: HashRequest, transfer: Transferable[]): void;
  terminate(): void;
}

/** Makes hashers that work on another thread, all on one, started at the first file. */
export function threadHashers(openThread: () => HashThread): () => Promise<Hasher> {
  const files = new Map<number, ThreadHasher>();
  let thread: HashThread | undefined;
  let last = 0;

  function start(): HashThread {
    const started = openThread();
    started.addEventListener("message", (event) => {
      const reply = (event as MessageEvent<HashReply>).data;
      files.get(reply.file)?.receive(reply);
    });
    started.addEventListener("error", () => {
      started.terminate();
      for (const hasher of files.values()) hasher.fail();
      files.clear();
      thread = undefined;
    });
    return started;
  }

  return async () => {
    thread ??= start();
    last += 1;
    const file = last;
    const hasher = new ThreadHasher(file, thread, () => files.delete(file));
    files.set(file, hasher);
    return hasher;
  };
}

class ThreadHasher implements Hasher {
  #waiting = 0;
  #failure: AwaseError | undefined;
  #wake: () => void = () => undefined;
  #sha256: string | undefined;

  constructor(
    readonly file: number,
    readonly thread: HashThread,
    readonly onEnd: () => void,
  ) {}

  async update(bytes: Bytes): Promise<void> {
    while (this.#waiting > 0 && this.#waiting + bytes.length > MAX_WAITING_BYTES) await this.#change();
    if (this.#failure) throw this.#failure;
    const copy = bytes.slice();
    this.#waiting += copy.length;
    this.thread.postMessage({ file: this.file, bytes: copy }, [copy.buffer]);
  }

  async digest(): Promise<string> {
    if (!this.#failure) this.thread.postMessage({ file: this.file, end: true }, []);
    while (this.#sha256 === undefined) {
      if (this.#failure) throw this.#failure;
      await this.#change();
    }
    return this.#sha256;
  }

  receive(reply: HashReply): void {
    if ("taken" in reply) {
      this.#waiting -= reply.taken;
    } else {
      this.#sha256 = reply.sha256;
      this.onEnd();
    }
    this.#wake();
  }

  fail(): void {
    this.#waiting = 0;
    this.#failure = engineFailure("engine/hashing-died");
    this.#wake();
  }

  /** Only one call waits at a time: updates are awaited, and the digest comes after them. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
