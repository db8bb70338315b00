import { isAbort } from "../base/errors";
import type { Place } from "./locate";
import type { Clock } from "./transfer/clock";

/** Signed addresses live for an hour; a new one is asked for in time. */
const PLACE_LIFE_MS = 50 * 60 * 1000;

/** Where a file is, asked for once by all its reads together, and again when the address is old or was refused. */
export class Whereabouts {
  #asked: Promise<Place> | undefined;
  readonly #refused = new WeakSet<Place>();

  constructor(
    private readonly clock: Clock,
    private readonly ask: (signal?: AbortSignal) => Promise<Place>,
  ) {}

  async get(signal?: AbortSignal): Promise<Place> {
    for (;;) {
      signal?.throwIfAborted();
      this.#asked ??= this.ask(signal);
      const asked = this.#asked;
      try {
        const place = await untilAborted(asked, signal);
        if (this.#isGood(place)) return place;
        this.#forget(asked);
      } catch (error) {
        if (signal?.aborted) throw error;
        this.#forget(asked);
        // The read that asked was stopped, which is no reason for this one to stop.
        if (!isAbort(error)) throw error;
      }
    }
  }

  /** The file server turned this address down. */
  refused(place: Place): void {
    this.#refused.add(place);
  }

  #isGood(place: Place): boolean {
    return !this.#refused.has(place) && this.clock.now() - place.since < PLACE_LIFE_MS;
  }

  #forget(asked: Promise<Place>): void {
    if (this.#asked === asked) this.#asked = undefined;
  }
}

/** The promise, or the signal's reason if that comes first. */
async function untilAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return promise;
  let stop = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
