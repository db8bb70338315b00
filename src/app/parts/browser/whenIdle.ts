/** The longest wait for a page that never rests, in milliseconds. */
const PATIENCE = 2000;

/** Runs something once the page has nothing else to do. @returns a function that calls it off */
export function whenIdle(work: () => void): () => void {
  if (!("requestIdleCallback" in window)) {
    const timer = setTimeout(work, PATIENCE / 10); // Safari
    return () => clearTimeout(timer);
  }
  const request = requestIdleCallback(work, { timeout: PATIENCE });
  return () => cancelIdleCallback(request);
}
