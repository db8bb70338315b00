import { printable } from "./printable";

export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** How far work is. */
export interface Standing {
  /** 0 to 100, rounded down. */
  readonly percent: number;
  /** What is said beside the percentage. */
  readonly text: string;
}

/** Steps, in percent, at which a line is written where lines cannot be written over. */
const STEP = 10;

/** Tells of long work: one line that changes on a terminal, a line every tenth of the way in a file. */
export class ProgressLine {
  readonly #output: Output;
  #step = -1;
  #shown = false;

  constructor(output: Output) {
    this.#output = output;
  }

  update({ percent, text }: Standing): void {
    const line = printable(`${percent.toFixed(0).padStart(3)} %  ${text}`).trimEnd();
    if (this.#output.isTTY) {
      const width = (this.#output.columns ?? 80) - 1;
      this.#output.write(`\r\u001b[K${line.slice(0, width)}`);
      this.#shown = true;
      return;
    }
    const step = Math.floor(percent / STEP);
    if (step === this.#step) return;
    this.#step = step;
    this.#output.write(`${line}\n`);
  }

  /** A line of its own, above the progress. */
  say(text: string): void {
    this.clear();
    this.#output.write(`${printable(text)}\n`);
  }

  clear(): void {
    if (this.#shown) this.#output.write("\r\u001b[K");
    this.#shown = false;
  }
}

/** Work that is counted in one number. */
export function standing(done: number, total: number, text: string): Standing {
  return { percent: total === 0 ? 100 : Math.floor((100 * done) / total), text };
}
