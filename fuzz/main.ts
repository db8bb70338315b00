import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { faultOf, inputOf, tryOne } from "./run";
import { shown, shrink } from "./shrink";
import { joined, newTally, type Tally, table } from "./tally";
import { sizeOf, type Target } from "./target";
import { findTarget, targets } from "./targets";
import { watch } from "./watch";

/** Where counts are kept, so that a long run may be made in pieces. */
const COUNTS = ".cache/fuzz";

const USAGE = `npm run fuzz -- [options]

  --target NAMES   of ${targets.map(({ name }) => name).join(", ")}; with commas; all by default
  --seed N         which inputs; 1 by default
  --count N        inputs of each target; 10000 by default
  --from N         the first of them; 0 by default
  --minutes N      at most so long in all, spread evenly
  --index N        this input alone, made as small as it fails
  --counts         what was counted so far, as a table`;

const { values } = parseArgs({
  options: {
    target: { type: "string" },
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "10000" },
    from: { type: "string", default: "0" },
    minutes: { type: "string" },
    index: { type: "string" },
    counts: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const chosen = values.target === undefined ? targets : values.target.split(",").map(named);
const seed = number("seed", values.seed);

if (values.help) console.log(USAGE);
else if (values.counts) console.log(table(kept()));
else if (values.index !== undefined)
  process.exitCode = (await one(chosen[0] ?? stop("No target is named."), number("index", values.index))) ? 1 : 0;
else process.exitCode = (await all()) ? 1 : 0;
process.exit();

/** Fuzzes the chosen targets. @returns whether something was found */
async function all(): Promise<boolean> {
  const [from, count] = [number("from", values.from), number("count", values.count)];
  const each =
    values.minutes === undefined
      ? Number.POSITIVE_INFINITY
      : (number("minutes", values.minutes) * 60_000) / chosen.length;
  let found = 0;
  for (const target of chosen) {
    const worker = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);
    let said = 0;
    const tally = await watch(worker, target, { seed, from, to: from + count, until: Date.now() + each }, (now) => {
      for (const { index, what } of now.findings.slice(said)) console.log(`${line(target, index)}\n  ${what}`);
      said = now.findings.length;
    });
    keep(tally, from);
    found += tally.findings.length;
    const seconds = tally.milliseconds / 1000;
    console.log(
      `${target.name}: ${tally.inputs} inputs (${(tally.size / 1e6).toFixed(1)} MB) in ${seconds.toFixed(0)} s of CPU, ${tally.findings.length} findings`,
    );
    for (const { index } of tally.findings.slice(0, 3)) await one(target, index);
  }
  return found > 0;
}

/** Tries one input, and makes it small where it fails. */
async function one(target: Target, index: number): Promise<boolean> {
  const open = await target.open();
  const tally = newTally(target.name, seed);
  const what = await tryOne(target, open, { seed, index, tally, isTimed: true });
  const input = inputOf(target, open, seed, index);
  if (what === undefined) {
    console.log(`${target.name} ${index}: ${Object.keys(tally.answers).join(", ")}\n${shown(input)}`);
    return false;
  }
  console.log(`${line(target, index)}\n  ${what}`);
  const kind = kindOf(what);
  const smallest = await shrink(input, async (candidate) => kindOf((await faultOf(open, candidate)) ?? "") === kind);
  console.log(
    `  ${sizeOf(input)} characters, ${sizeOf(smallest)} of them fail:\n${shown(smallest)}\n  ${(await faultOf(open, smallest)) ?? what}`,
  );
  return true;
}

/** A fault without what differs from input to input. */
function kindOf(what: string): string {
  return what.replace(/"(?:[^"\\]|\\.)*"|\d+/g, "…").slice(0, 60);
}

function line({ name }: Target, index: number): string {
  return `npm run fuzz -- --target ${name} --seed ${seed} --index ${index}`;
}

function keep(tally: Tally, from: number): void {
  mkdirSync(COUNTS, { recursive: true });
  writeFileSync(join(COUNTS, `${tally.target}-${tally.seed}-${from}.json`), JSON.stringify(tally));
}

function kept(): readonly Tally[] {
  const tallies = readdirSync(COUNTS).map((file) => JSON.parse(readFileSync(join(COUNTS, file), "utf8")) as Tally);
  return targets.flatMap(({ name }) => {
    const own = tallies.filter(({ target }) => target === name);
    return own.length === 0 ? [] : [own.reduce((sum, tally) => joined(sum, tally), newTally(name, seed))];
  });
}

function named(name: string): Target {
  return findTarget(name) ?? stop(`There is no target ${name}.`);
}

function number(option: string, text: string): number {
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : stop(`--${option} ${text} is no number from 0.`);
}

function stop(what: string): never {
  console.error(`${what}\n\n${USAGE}`);
  process.exit(2);
}
