import { ENTRIES, type Job } from "../../fast";
import { gpuFailure } from "../failures";
import { ARGUMENTS, DONE, ENTRY, FAILED, GENERATION, PIECES, TICKET } from "./layout";

/** What a thread is started with: it makes an instance of the module over the memory, says which it is, and serves. */
export interface ThreadStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** 1 for the first: 0 is whoever issues the work. */
  readonly thread: number;
  /** Address of the i32 that it sets when it fails. */
  readonly failed: number;
  /** Address of the i32 on which others wait for it. */
  readonly done: number;
}

/** A thread that was started. */
export interface Thread {
  terminate(): void;
}

/** Starts a thread; `died` is called with what happened when it ends unasked. */
export type StartThread = (start: ThreadStart, died: (reason: string) => void) => Thread;

/** The functions that every instance has. */
interface Exports {
  begin(thread: number): void;
  help(): void;
}

/** How long a piece may take, in milliseconds, before its thread counts as stuck: thousands of times what the longest takes. */
const STUCK_MS = 60_000;
/** How often whoever waits looks whether a thread has failed, in milliseconds. */
const LOOK_MS = 500;
/** Looks at the end of a job before going to sleep over it: most pieces end together. */
const SPINS = 2000;

/** Threads that share a memory, and do jobs together with the one that issues them. */
export class Threads {
  readonly #exports: Exports;
  readonly #threads: readonly Thread[];
  readonly #controls: Int32Array;
  readonly #ticket: BigInt64Array;
  #generation = 0;
  #failure: string | undefined;

  /** @param died is told why when a thread ends between two jobs */
  constructor(
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    options: {
      readonly count: number;
      readonly start: StartThread | undefined;
      readonly stuckMs?: number | undefined;
      died(reason: string): void;
    },
  ) {
    this.#exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
    this.#exports.begin(0);
    this.#controls = new Int32Array(memory.buffer);
    this.#ticket = new BigInt64Array(memory.buffer);
    this.#stuckMs = options.stuckMs ?? STUCK_MS;
    const died = (reason: string) => {
      this.#failure ??= reason;
      options.died(reason);
    };
    const { start, count } = options;
    this.#threads = start
      ? Array.from({ length: count - 1 }, (_, i) =>
          start({ module, memory, thread: i + 1, failed: FAILED, done: DONE }, died),
        )
      : [];
  }

  readonly #stuckMs: number;

  /**
   * Does a job, and returns when it is done.
   * @throws {AwaseError} `device/thread-lost` when a thread fails or does not end
   */
  run({ entry, words, pieces }: Job): void {
    if (pieces === 0) return;
    const controls = this.#controls;
    new Uint32Array(controls.buffer, ARGUMENTS, words.length).set(words);
    controls[ENTRY / 4] = ENTRIES.indexOf(entry);
    controls[PIECES / 4] = pieces;
    Atomics.store(controls, DONE / 4, 0);
    this.#generation = (this.#generation + 1) & 0x7fff_ffff;
    Atomics.store(this.#ticket, TICKET / 8, (BigInt(this.#generation) << 32n) | BigInt(pieces));
    const others = Math.min(this.#threads.length, pieces - 1);
    if (others > 0) {
      Atomics.store(controls, GENERATION / 4, this.#generation);
      Atomics.notify(controls, GENERATION / 4, others);
    }
    try {
      this.#exports.help();
    } catch (cause) {
      throw lost(cause instanceof Error ? cause.message : String(cause));
    }
    this.#wait(pieces);
  }

  /** Ends all threads. */
  close(): void {
    for (const thread of this.#threads) thread.terminate();
  }

  /** Waits until the pieces are done that others took. */
  #wait(pieces: number): void {
    const controls = this.#controls;
    let done = Atomics.load(controls, DONE / 4);
    for (let spin = 0; spin < SPINS && done < pieces; spin++) done = Atomics.load(controls, DONE / 4);
    let since = performance.now();
    while (done < pieces) {
      if (this.#failure !== undefined) throw lost(this.#failure);
      if (Atomics.load(controls, FAILED / 4) !== 0) throw lost("a thread ended with an error");
      const waited = performance.now() - since;
      if (waited > this.#stuckMs) throw lost(`a thread has not answered for ${Math.round(waited / 1000)} s`);
      Atomics.wait(controls, DONE / 4, done, Math.min(LOOK_MS, this.#stuckMs));
      const now = Atomics.load(controls, DONE / 4);
      if (now !== done) since = performance.now();
      done = now;
    }
  }
}

const lost = (reason: string) => gpuFailure("device/thread-lost", { reason });
