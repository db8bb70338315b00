import type { Lane, MergeEvent } from "../protocol/protocol";

/**
 * Passes events on so that no bar ever falls: when a run goes on after a lost device, what was under way is done again,
 * and its progress stands still until it is past where it was.
 */
export function neverFalling(onEvent: (event: MergeEvent) => void): (event: MergeEvent) => void {
  let [fetch, merge, write, tensors] = [0, 0, 0, 0];
  const atLeast = (lane: Lane, done: number): Lane => ({ ...lane, done: Math.max(lane.done, done) });
  return (event) => {
    if (event.type !== "progress") return onEvent(event);
    const raised = {
      ...event,
      fetch: atLeast(event.fetch, fetch),
      merge: atLeast(event.merge, merge),
      write: atLeast(event.write, write),
      tensorsDone: Math.max(event.tensorsDone, tensors),
    };
    [fetch, merge, write, tensors] = [raised.fetch.done, raised.merge.done, raised.write.done, raised.tensorsDone];
    onEvent(raised);
  };
}

/** The same for a bar of one number: what is done again after a lost device stands still until it is past where it was. */
export function neverFallingBar(send: (done: number, total: number) => void): (done: number, total: number) => void {
  let most = 0;
  return (done, total) => {
    most = Math.max(most, done);
    send(most, total);
  };
}
