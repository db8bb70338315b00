/** Long enough that a clock of a tenth of a millisecond, and one late wake-up, do not matter. */
const LEAST_SECONDS = 0.5;
const REPEATS = 3;

/**
 * Seconds of one piece of work that a GPU does later: issued often enough to measure, waited for once; the best of three.
 * The first time, which compiles, does not count.
 */
export async function secondsEach(issue: () => unknown, settle: () => Promise<unknown>): Promise<number> {
  const timed = async (times: number) => {
    const started = performance.now();
    for (let i = 0; i < times; i++) await issue();
    await settle();
    return (performance.now() - started) / 1000;
  };
  await timed(1);
  let times = 1;
  let seconds = await timed(times);
  while (seconds < LEAST_SECONDS) {
    times = Math.ceil(times * Math.min(8, (1.2 * LEAST_SECONDS) / seconds));
    seconds = await timed(times);
  }
  for (let i = 1; i < REPEATS; i++) seconds = Math.min(seconds, await timed(times));
  return seconds / times;
}

/** Milliseconds since any time. */
export type Clock = () => number;

/** Seconds of something that is over when its promise is: the best of three, after one that does not count. */
export async function secondsOf(work: () => Promise<unknown>, clock: Clock = () => performance.now()): Promise<number> {
  await work();
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < REPEATS; i++) {
    const started = clock();
    await work();
    best = Math.min(best, (clock() - started) / 1000);
  }
  return best;
}
