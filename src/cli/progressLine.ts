import type { Lane, MergeEvent } from "../engine/protocol";

type Progress = Extract<MergeEvent, { type: "progress" }>;

export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Steps, in percent, at which a line is written where lines cannot be written over. */
const STEP = 10;

/** Tells of a merge: one line that changes on a terminal, a line every tenth of the way in a file. */
export class ProgressLine {
  readonly #output: Output;
  #step = -1;
  #shown = false;

  constructor(output: Output) {
    this.#output = output;
  }

  update(event: Progress): void {
    if (this.#output.isTTY) {
      const width = (this.#output.columns ?? 80) - 1;
      this.#output.write(`\r\u001b[K${progressText(event).slice(0, width)}`);
      this.#shown = true;
      return;
    }
    const step = Math.floor(percent(event) / STEP);
    if (step === this.#step) return;
    this.#step = step;
    this.#output.write(`${progressText(event)}\n`);
  }

  /** A line of its own, above the progress. */
  say(text: string): void {
    this.clear();
    this.#output.write(`${text}\n`);
  }

  clear(): void {
    if (this.#shown) this.#output.write("\r\u001b[K");
    this.#shown = false;
  }
}

function progressText(event: Progress): string {
  const parts = [
    `${percent(event).toFixed(0).padStart(3)} %`,
    `${event.tensorsDone}/${event.tensors} tensors`,
    `read ${rate(event.fetch)}`,
    `write ${rate(event.write)}`,
    ...(event.eta === undefined ? [] : [`${Math.ceil(event.eta)} s left`]),
    event.tensor,
  ];
  return parts.join("  ");
}

/** Written bytes are what is done for good. */
function percent({ write }: Progress): number {
  return write.total === 0 ? 100 : Math.floor((100 * write.done) / write.total);
}

function rate(lane: Lane): string {
  return `${(lane.rate / 1e6).toFixed(0)} MB/s`;
}
