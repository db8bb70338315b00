import { Random } from "./random";
import { count, type Tally } from "./tally";
import { type Input, type OpenTarget, sizeOf, type Target, Wrong } from "./target";

/** Sizes below this say nothing about time in proportion. */
const NOTABLE_SIZE = 1000;

export function inputOf(target: Target, open: OpenTarget, seed: number, index: number): Input {
  return open.make(new Random(target.name, seed, index));
}

/** What is wrong with the answer to an input; `undefined` where nothing is. */
export async function faultOf(open: OpenTarget, input: Input): Promise<string | undefined> {
  try {
    await open.check(input);
    return undefined;
  } catch (error) {
    return describe(error);
  }
}

/**
 * Gives one input to a target and counts what becomes of it.
 * @param isTimed whether an answer that takes longer than its size allows is a finding: by the CPU, thrice, since a collector or a
 *   compiler may have been at work
 */
export async function tryOne(
  target: Target,
  open: OpenTarget,
  {
    seed,
    index,
    tally,
    isTimed,
  }: { readonly seed: number; readonly index: number; readonly tally: Tally; readonly isTimed: boolean },
): Promise<string | undefined> {
  const input = inputOf(target, open, seed, index);
  tally.inputs++;
  const size = sizeOf(input);
  tally.size += size;
  const limit = target.time.base + (target.time.perKb * size) / 1000;
  try {
    const begun = cpuMilliseconds();
    count(tally, await open.check(input));
    let took = cpuMilliseconds() - begun;
    tally.milliseconds += took;
    if (!isTimed) return undefined;
    for (
      let again = 0;
      again < 2 && (took > limit || (size > NOTABLE_SIZE && took > (tally.slowest.msPerKb * size) / 1000));
      again++
    ) {
      const second = cpuMilliseconds();
      await open.check(input);
      took = Math.min(took, cpuMilliseconds() - second);
    }
    const msPerKb = (took * 1000) / Math.max(size, NOTABLE_SIZE);
    if (size > NOTABLE_SIZE && msPerKb > tally.slowest.msPerKb) tally.slowest = { index, msPerKb };
    if (took <= limit) return undefined;
    return found(
      tally,
      index,
      `it takes ${took.toFixed(0)} ms of CPU for ${size} characters; ${limit.toFixed(0)} are allowed`,
    );
  } catch (error) {
    return found(tally, index, describe(error));
  }
}

function found(tally: Tally, index: number, what: string): string {
  tally.findings.push({ index, what });
  return what;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  if (error instanceof Wrong) return error.message;
  const place =
    error.stack
      ?.split("\n")
      .slice(1, 4)
      .map((line) => line.trim())
      .join(" < ") ?? "";
  return `uncoded ${error.name}: ${error.message} ${place}`;
}

/** Of this process: the watched thread has it for itself. */
function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
