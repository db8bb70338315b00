import type { Session } from "../engine/session";

/** Runs a job that the signal cancels. */
export async function cancellable<T>(
  session: Session,
  signal: AbortSignal,
  work: (job: string) => Promise<T>,
  job: string = crypto.randomUUID(),
): Promise<T> {
  signal.throwIfAborted();
  const stop = () => void session.cancel(job);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await work(job);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
