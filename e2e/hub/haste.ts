/** Pauses between two tries; what is shorter is left alone. */
const PAUSE_MS = 500;
/** Stalls, and waits of a 429 that does not say how long. */
const WAIT_MS = 10_000;
/** Long enough for a local Hub on a busy machine to answer. */
const SHORT_MS = 1500;

/**
 * Shortens this process's long timers, so that a client on the system's clock gives a server up in seconds.
 * @returns what gives the timers back
 */
export function hastened(): () => void {
  const { setTimeout } = globalThis;
  const hasty = (work: () => void, ms = 0, ...args: unknown[]) =>
    setTimeout(work, ms >= WAIT_MS ? SHORT_MS : ms >= PAUSE_MS ? ms / 50 : ms, ...args);
  globalThis.setTimeout = Object.assign(hasty, { __promisify__: setTimeout.__promisify__ }) as typeof setTimeout;
  return () => {
    globalThis.setTimeout = setTimeout;
  };
}
