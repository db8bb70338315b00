import type { KernelTimes } from "../device";
import { KernelTally } from "./kernelTally";

export const TIMESTAMPS = "timestamp-query";

/**
 * Times the kernels of one GPU by timestamps at the begin and the end of passes that hold one run each. Browsers round them, Chrome to
 * 0.1 ms, so that only sums over many runs mean something there.
 */
export class KernelClock {
  readonly #tally = new KernelTally();
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #reading = new Set<Promise<void>>();
  #kernels: string[] = [];

  /** @param runs the most between two submits */
  constructor(
    private readonly gpu: GPUDevice,
    runs: number,
  ) {
    this.#queries = gpu.createQuerySet({ label: "kernel times", type: "timestamp", count: 2 * runs });
    this.#resolved = gpu.createBuffer({
      label: "kernel times",
      size: 16 * runs,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
  }

  /** The pass of the next run. It is to hold that run alone, and to be ended after it. */
  begin(commands: GPUCommandEncoder, kernel: string): GPUComputePassEncoder {
    const at = 2 * this.#kernels.length;
    this.#kernels.push(kernel);
    return commands.beginComputePass({
      timestampWrites: { querySet: this.#queries, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 },
    });
  }

  /** Records the reading of the times of all runs since the last submit. @returns what is to be called once it was submitted */
  resolve(commands: GPUCommandEncoder): () => void {
    const kernels = this.#kernels;
    if (kernels.length === 0) return () => undefined;
    this.#kernels = [];
    const size = 16 * kernels.length;
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const read = this.gpu.createBuffer({ label: "kernel times", size, usage });
    commands.resolveQuerySet(this.#queries, 0, 2 * kernels.length, this.#resolved, 0);
    commands.copyBufferToBuffer(this.#resolved, 0, read, 0, size);
    return () => {
      const reading = this.#take(read, kernels).catch(() => undefined); // the device went away: whoever waits for it hears that
      this.#reading.add(reading);
      void reading.then(() => this.#reading.delete(reading));
    };
  }

  /** Of all that was submitted. */
  async times(): Promise<KernelTimes> {
    await Promise.all(this.#reading);
    return this.#tally.times;
  }

  async #take(read: GPUBuffer, kernels: readonly string[]): Promise<void> {
    await read.mapAsync(GPUMapMode.READ);
    const nanoseconds = new BigUint64Array(read.getMappedRange());
    for (const [i, kernel] of kernels.entries()) {
      const [begin = 0n, end = 0n] = nanoseconds.subarray(2 * i, 2 * i + 2);
      this.#tally.add(kernel, end > begin ? Number(end - begin) / 1e6 : 0); // a clock that was reset in between goes back
    }
    read.destroy();
  }
}
