/** What became of the inputs of one target. */
export interface Tally {
  readonly target: string;
  readonly seed: number;
  inputs: number;
  /** By answer: `accepted`, or the code of a refusal. */
  readonly answers: Record<string, number>;
  /** Inputs that were answered wrongly, by index. */
  readonly findings: Finding[];
  /** Milliseconds of CPU for each kB of the input that took longest for its size, of those with more than 1 kB. */
  slowest: { readonly index: number; readonly msPerKb: number };
  /** Bytes and characters in all, and the CPU they took. */
  size: number;
  milliseconds: number;
}

export interface Finding {
  readonly index: number;
  readonly what: string;
}

export function newTally(target: string, seed: number): Tally {
  return {
    target,
    seed,
    inputs: 0,
    answers: {},
    findings: [],
    slowest: { index: 0, msPerKb: 0 },
    size: 0,
    milliseconds: 0,
  };
}

export function count(tally: Tally, answer: string): void {
  tally.answers[answer] = (Object.hasOwn(tally.answers, answer) ? (tally.answers[answer] ?? 0) : 0) + 1;
}

/** Two pieces of one target as one. */
export function joined(one: Tally, other: Tally): Tally {
  const answers = { ...one.answers };
  for (const [answer, times] of Object.entries(other.answers)) answers[answer] = (answers[answer] ?? 0) + times;
  return {
    ...one,
    inputs: one.inputs + other.inputs,
    answers,
    findings: [...one.findings, ...other.findings],
    slowest: one.slowest.msPerKb >= other.slowest.msPerKb ? one.slowest : other.slowest,
    size: one.size + other.size,
    milliseconds: one.milliseconds + other.milliseconds,
  };
}

/** Tallies as a table of Markdown. */
export function table(tallies: readonly Tally[]): string {
  const rows = tallies.map((tally) => {
    const accepted = Object.entries(tally.answers).reduce(
      (sum, [answer, times]) => sum + (answer.startsWith("accepted") ? times : 0),
      0,
    );
    const codes = Object.keys(tally.answers).filter((answer) => !answer.startsWith("accepted")).length;
    const refused = tally.inputs - accepted - tally.findings.length;
    return `| ${tally.target} | ${tally.inputs} | ${accepted} | ${refused} by ${codes} codes | ${tally.findings.length} | ${tally.slowest.msPerKb.toFixed(1)} |`;
  });
  return [
    "| target | inputs | accepted | refused | findings | worst ms per kB |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    ...rows,
  ].join("\n");
}
