import type { KernelTime } from "../device";

/** Adds up what kernels take, by their names. */
export class KernelTally {
  readonly #sums = new Map<string, { runs: number; milliseconds: number }>();

  add(kernel: string, milliseconds: number): void {
    const sum = this.#sums.get(kernel) ?? { runs: 0, milliseconds: 0 };
    sum.runs++;
    sum.milliseconds += milliseconds;
    this.#sums.set(kernel, sum);
  }

  /** The longest first. */
  get times(): readonly KernelTime[] {
    const times = [...this.#sums].map(([kernel, sum]) => ({ kernel, ...sum }));
    return times.sort((a, b) => b.milliseconds - a.milliseconds);
  }
}
