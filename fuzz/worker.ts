import { parentPort, workerData } from "node:worker_threads";
import { tryOne } from "./run";
import { newTally } from "./tally";
import { findTarget } from "./targets";
import type { Job, Report } from "./watch";

/* Gives inputs to one target, one after the other, and says at which it is: the thread that watches ends this one where it hangs. */

/** Inputs between two reports. */
const PIECE = 100;

const { target: name, seed, from, to, without, at } = workerData as Job;
const target = findTarget(name);
if (!target || !parentPort) throw new Error(`There is no target ${name}.`);
const open = await target.open();
let tally = newTally(name, seed);
let now = from;
// Promises that nobody waits for fail here; which input they belong to is the one being tried.
process.on("unhandledRejection", (error) =>
  tally.findings.push({ index: now, what: `a rejection that nobody handles: ${String(error)}` }),
);

for (; now < to; now++) {
  if (without.includes(now)) continue;
  at[0] = now;
  await tryOne(target, open, { seed, index: now, tally, isTimed: true });
  if ((now + 1) % PIECE === 0 || now + 1 === to) {
    await new Promise((resolve) => setImmediate(resolve));
    parentPort.postMessage({ next: now + 1, tally } satisfies Report);
    tally = newTally(name, seed);
  }
}
process.exit();
