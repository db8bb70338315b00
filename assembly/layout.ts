/*
 * What lies where in the memory that all threads share; `src/compute/devices/wasm/layout.ts` says the same to the host. Up to CONTROL
 * lies what the compiler places.
 */

/** What is to be done, and how far it is. */
export const CONTROL: usize = 0x1_0000;
/** u64: above the number of the job, below how many of its pieces nobody has taken. */
export const TICKET: usize = CONTROL;
/** i32: pieces that are done; i32: pieces of the job. */
export const DONE: usize = CONTROL + 8;
export const PIECES: usize = CONTROL + 12;
/** i32: grows with each job; threads sleep on it. */
export const GENERATION: usize = CONTROL + 16;
/** i32: the kernel of the job. */
export const ENTRY: usize = CONTROL + 24;
/** The job's numbers. */
export const ARGUMENTS: usize = CONTROL + 64;

/** Memory of each thread's own. */
export const SCRATCH: usize = 0x6_0000;
export const SCRATCH_BYTES: usize = 0x10_0000;

/** Where this thread's own memory begins. */
export let scratch: usize = SCRATCH;

export function useScratchOf(thread: i32): void {
  scratch = SCRATCH + <usize>thread * SCRATCH_BYTES;
}
