import { type AwaseError, failuresOf } from "../../base/errors";
import type { Sentences } from "../../base/sentences";

interface OutOfMemory {
  readonly label: string;
  readonly needed: number;
  /** Why: one buffer may not be so large, the budget has no more room, or the GPU itself has none, beside what it gave already. */
  readonly largest: number | undefined;
  readonly budget: number | undefined;
  readonly free: number | undefined;
  readonly held: number | undefined;
  readonly reason: string | undefined;
}

function outOfMemory({ label, needed, largest, budget, free, held, reason }: OutOfMemory): string {
  if (largest !== undefined)
    return `"${label}" needs a buffer of ${needed} bytes, but the largest this device can make has ${largest}. Use smaller blocks.`;
  if (budget !== undefined)
    return `"${label}" needs ${needed} bytes of device memory, but of the budget of ${budget} bytes only ${free} are free. Raise the memory budget, or merge fewer models at once.`;
  return `The GPU could not give ${needed} bytes for "${label}" beside the ${held} it already gave: ${reason} Lower the memory budget, or close other programs that use the GPU.`;
}

/** What does not hold for a reason. */
const NO_REASON = { largest: undefined, budget: undefined, free: undefined, held: undefined, reason: undefined };

/** Memory that is not there, and why: the reason's own facts. */
export function outOfDeviceMemory(label: string, needed: number, why: Partial<OutOfMemory>): AwaseError {
  return gpuFailure("gpu/out-of-memory", { ...NO_REASON, ...why, label, needed });
}

/** What goes wrong on a device, in English. */
export const gpuSentences = {
  "gpu/shader": ({ kernel, what }: { kernel: string; line: number; what: string }) =>
    `This GPU does not take the kernel "${kernel}": ${what}`,
  "gpu/failed": ({ message }: { message: string }) => `The GPU refused a command: ${message}`,
  "gpu/lost": ({ message }: { message: string }) =>
    `The GPU went away${message ? ` (${message})` : ""}. What was finished is kept; run again to go on from there.`,
  "device/thread-lost": ({ reason }: { reason: string }) =>
    `A thread that computes was lost (${reason}). What was finished is kept; run again to go on from there.`,
  "device/no-wasm": ({ reason }: { reason: string }) => `WebAssembly does not run here: ${reason}`,
  "gpu/closed": () => "The GPU device was closed while work was under way.",

  "gpu/out-of-memory": outOfMemory,
  "gpu/unavailable": ({ reason }: { reason: string | undefined }) =>
    reason === undefined
      ? "WebGPU is there, but it offers no adapter. Turn on hardware acceleration, or update the graphics driver."
      : `The GPU adapter gave no device: ${reason}`,
} satisfies Sentences;

export const gpuFailure = failuresOf(gpuSentences);
