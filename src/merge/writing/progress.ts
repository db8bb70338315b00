import { largest } from "../../base/lists";
import type { DeviceMemory } from "../../compute/device";
import type { Lane, MergeProgress } from "./events";

/** Between two events, in milliseconds. */
const LEAST_INTERVAL = 100;
/** A rate is what was done in so many milliseconds before now … */
const RATE_WINDOW = 5000;
/** … and is not guessed from less. */
const LEAST_WINDOW = 500;

export type LaneName = "fetch" | "merge" | "write";

/** Counts the bytes of one lane and how fast they come. */
class LaneMeter {
  #done = 0;
  #samples: { readonly at: number; readonly done: number }[];

  constructor(
    readonly total: number,
    start: number,
  ) {
    this.#samples = [{ at: start, done: 0 }];
  }

  /** Bytes done in an earlier try: they count as done, not as fast. */
  skip(bytes: number): void {
    this.#done += bytes;
    this.#samples = this.#samples.map(({ at }) => ({ at, done: this.#done }));
  }

  add(bytes: number): void {
    this.#done += bytes;
  }

  sample(now: number): Lane {
    this.#samples.push({ at: now, done: this.#done });
    while (now - (this.#samples[1]?.at ?? now) >= RATE_WINDOW) this.#samples.shift();
    const first = this.#samples[0] ?? { at: now, done: this.#done };
    const elapsed = now - first.at;
    const rate = elapsed < LEAST_WINDOW ? 0 : ((this.#done - first.done) * 1000) / elapsed;
    return { done: this.#done, total: this.total, rate };
  }
}

export interface ProgressOptions {
  readonly totals: Readonly<Record<LaneName, number>>;
  readonly tensors: number;
  readonly memory: () => DeviceMemory;
  readonly onEvent: (event: MergeProgress) => void;
  /** Milliseconds. */
  readonly now?: () => number;
}

/** Turns what the lanes of a run did into events, at most ten a second. */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #now: () => number;
  readonly #lanes: Readonly<Record<LaneName, LaneMeter>>;
  #tensorsDone = 0;
  #tensor = "";
  #lastEvent = Number.NEGATIVE_INFINITY;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    const lane = (name: LaneName) => new LaneMeter(options.totals[name], this.#now());
    this.#lanes = { fetch: lane("fetch"), merge: lane("merge"), write: lane("write") };
  }

  add(lane: LaneName, bytes: number): void {
    this.#lanes[lane].add(bytes);
    this.#changed();
  }

  /** The tensor that is being computed. */
  at(tensor: string): void {
    this.#tensor = tensor;
    this.#changed();
  }

  tensorDone(): void {
    this.#tensorsDone++;
    this.#changed();
  }

  /** A tensor that an earlier try finished. */
  skip(bytes: Readonly<Record<LaneName, number>>): void {
    this.#tensorsDone++;
    this.#lanes.fetch.skip(bytes.fetch);
    this.#lanes.merge.skip(bytes.merge);
    this.#lanes.write.skip(bytes.write);
  }

  /** Sends where the run stands now, however short ago the last event was. */
  send(): void {
    const now = this.#now();
    this.#lastEvent = now;
    const fetch = this.#lanes.fetch.sample(now);
    const merge = this.#lanes.merge.sample(now);
    const write = this.#lanes.write.sample(now);
    const eta = secondsLeft([fetch, merge, write]);
    this.#options.onEvent({
      type: "progress",
      fetch,
      merge,
      write,
      tensorsDone: this.#tensorsDone,
      tensors: this.#options.tensors,
      tensor: this.#tensor,
      ...(eta !== undefined && { eta }),
      memory: this.#options.memory(),
    });
  }

  #changed(): void {
    if (this.#now() - this.#lastEvent >= LEAST_INTERVAL) this.send();
  }
}

/** Lanes overlap, so the slowest alone sets the time. `undefined` while one with work left has no rate. */
function secondsLeft(lanes: readonly Lane[]): number | undefined {
  const seconds = lanes.map(({ done, total, rate }) => (done >= total ? 0 : (total - done) / rate));
  const most = largest(seconds);
  return Number.isFinite(most) ? most : undefined;
}
