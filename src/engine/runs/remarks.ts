import type { MergeEvent } from "../protocol/protocol";
import type { LostOutput } from "./output";

/* What a run that goes on remarks. */

/** A browser reads some gigabytes a second: whoever waits is told what for. */
export function comparing(bytes: number): MergeEvent {
  const message = `Comparing what was merged so far with the models as they are now (${(bytes / 1e9).toFixed(2)} GB).`;
  return { type: "note", code: "journal/comparing", message, facts: { bytes } };
}

/** What an earlier try wrote is made again. */
export function lostOutput({ file, lost }: LostOutput, tensors: number): MergeEvent {
  const message = `${lost} of ${tensors} tensors were written to ${file} and are no longer there: it was cut, changed or taken away. They are made again.`;
  return { type: "note", code: "output/lost", message, facts: { file, lost, tensors } };
}
