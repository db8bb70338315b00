import { Worker } from "node:worker_threads";
import { joined, newTally, type Tally } from "./tally";
import type { Target } from "./target";

/** What a thread is to do. */
export interface Job {
  readonly target: string;
  readonly seed: number;
  /** Inputs [from, to). */
  readonly from: number;
  readonly to: number;
  /** Inputs to be passed over: at these it hung. */
  readonly without: readonly number[];
  /** The input that is being tried; in memory that both threads see. */
  readonly at: Float64Array;
}

/** Of inputs up to `next`, since the last report. */
export interface Report {
  readonly next: number;
  readonly tally: Tally;
}

const LOOK_MS = 250;
/** How much longer than its time an input may take before it is said to hang: by then it was tried up to three times. */
const PATIENCE = 40;

/**
 * Runs a target in a thread of its own, and ends the thread where one input takes too much CPU. What counts is the CPU of the process, of
 * which the thread has nearly all: on a busy machine nothing is said to hang that only waits.
 * @param until milliseconds since 1970 at which no further piece is begun
 */
export async function watch(
  worker: URL,
  target: Target,
  {
    seed,
    from,
    to,
    until,
  }: { readonly seed: number; readonly from: number; readonly to: number; readonly until: number },
  onReport: (tally: Tally) => void,
): Promise<Tally> {
  let tally = newTally(target.name, seed);
  const without: number[] = [];
  for (let next = from; next < to && Date.now() < until; ) {
    const at = new Float64Array(new SharedArrayBuffer(8)).fill(-1);
    const thread = new Worker(worker, {
      workerData: { target: target.name, seed, from: next, to, without, at } satisfies Job,
    });
    const ended = new Promise<unknown>((resolve) => {
      thread.once("error", resolve);
      thread.once("exit", () => resolve(undefined));
    });
    thread.on("message", (report: Report) => {
      next = report.next;
      tally = joined(tally, report.tally);
      onReport(tally);
      if (Date.now() >= until) void thread.terminate();
    });
    const hung = await watchOver(at, target.time.base, ended);
    const error = hung ? undefined : await ended;
    await thread.terminate();
    if (!hung && error === undefined) continue;
    const index = at[0] ?? next;
    if (index < 0) throw error; // nothing was tried yet
    without.push(index);
    const what = hung ? "it does not come to an end" : `it ends the thread: ${String(error)}`;
    tally = joined(tally, { ...newTally(target.name, seed), inputs: 1, findings: [{ index, what }] });
    onReport(tally);
  }
  return tally;
}

/** Whether the thread hangs at an input before it ends. */
async function watchOver(at: Float64Array, base: number, ended: Promise<unknown>): Promise<boolean> {
  let seen = -1;
  let used = process.cpuUsage();
  for (;;) {
    const isOver = await Promise.race([ended.then(() => true), later(LOOK_MS)]);
    if (isOver) return false;
    if (at[0] !== seen) {
      seen = at[0] ?? -1;
      used = process.cpuUsage();
      continue;
    }
    const { user, system } = process.cpuUsage(used);
    if (seen >= 0 && (user + system) / 1000 > PATIENCE * base + 20_000) return true;
  }
}

function later(milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => setTimeout(() => resolve(false), milliseconds));
}
