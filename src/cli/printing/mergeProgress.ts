import type { Lane, MergeEvent } from "../../engine/protocol/protocol";
import { bytesInWords } from "./bytes";
import { type Standing, standing } from "./progressLine";

/** Where a merge stands. Written bytes are what is done for good. */
export function mergeStanding(event: Extract<MergeEvent, { type: "progress" }>): Standing {
  const { write, tensorsDone, tensors, fetch, eta, tensor } = event;
  const parts = [
    `${tensorsDone}/${tensors} tensors`,
    `read ${rate(fetch)}`,
    `write ${rate(write)}`,
    ...(eta === undefined ? [] : [`${Math.ceil(eta)} s left`]),
    tensor,
  ];
  return standing(write.done, write.total, parts.join("  "));
}

function rate(lane: Lane): string {
  return `${bytesInWords(lane.rate)}/s`;
}
