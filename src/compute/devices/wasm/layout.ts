/* What lies where in the memory of the WebAssembly device: `assembly/layout.ts` says the same to the threads. Addresses in bytes. */

const CONTROL = 0x1_0000;
/** u64: above the number of the job, below how many of its pieces nobody has taken. */
export const TICKET = CONTROL;
/** i32: pieces that are done; i32: pieces of the job. */
export const DONE = CONTROL + 8;
export const PIECES = CONTROL + 12;
/** i32: grows with each job; threads sleep on it. */
export const GENERATION = CONTROL + 16;
/** i32: set by a thread that ends with an error. */
export const FAILED = CONTROL + 20;
/** i32: the kernel of the job, by its place in `ENTRIES`. */
export const ENTRY = CONTROL + 24;
export const ARGUMENTS = CONTROL + 64;

const SCRATCH = 0x6_0000;
const SCRATCH_BYTES = 0x10_0000;

/** Bytes that the numbers of a job may take. */
export const MOST_ARGUMENT_BYTES = SCRATCH - ARGUMENTS;

/** Where the memory of buffers begins, behind that of so many threads. */
export const buffersStart = (threads: number): number => SCRATCH + threads * SCRATCH_BYTES;
