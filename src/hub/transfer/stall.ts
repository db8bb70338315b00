/**
 * Aborts a request that has gone quiet: nothing has called `alive` for `ms` milliseconds. No server is that slow between
 * two pieces of a body, but a phone that changed networks, or a sleeping laptop, leaves connections that never end.
 */
export class StallTimer implements Disposable {
  /** Aborts on a stall, and when the caller's own signal does. */
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly ms: number,
    caller?: AbortSignal,
  ) {
    this.signal = caller ? AbortSignal.any([caller, this.#controller.signal]) : this.#controller.signal;
    this.alive();
  }

  alive(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(), this.ms);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
