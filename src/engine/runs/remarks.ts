import { runNote } from "../failures";
import type { MergeEvent } from "../protocol/protocol";
import type { LostOutput } from "./output";

/* What a run that goes on remarks. */

/** A browser reads some gigabytes a second: whoever waits is told what for. */
export function comparing(bytes: number): MergeEvent {
  return { type: "note", ...runNote("journal/comparing", { bytes }) };
}

/** What an earlier try wrote is made again. */
export function lostOutput({ file, lost }: LostOutput, tensors: number): MergeEvent {
  return { type: "note", ...runNote("output/lost", { file, lost, tensors }) };
}
