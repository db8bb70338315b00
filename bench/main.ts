import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { root } from "../scripts/setup.mjs";
import { benchCancel, benchChromium } from "./chromium";
import { benchColdStart } from "./coldStart";
import { type DonorBench, donorLines } from "./donorLines";
import { benchLm, lmTables } from "./lm/main";
import { BENCH_MODELS, benchShape, ensureBenchModels } from "./models";
import { benchNode } from "./node";
import { benchRecipes } from "./recipes";
import { type Measured, table } from "./results";
import { benchThreads, threadsTable } from "./threads";
import type { VocabularyCheck } from "./vocabularies";

/**
 * `npm run bench [chromium] [cancel] [node] [lm] [cold]`: measures all, or what is named; writes bench/results/*.json and prints
 * tables. `npm run bench chromium ties slerp` measures those methods and leaves what is known of the others as it is;
 * `npm run bench lm-tiny` runs the parts of `lm` in small and keeps nothing.
 */
const wanted = new Set(process.argv.slice(2));
const wants = (part: string) => wanted.size === 0 || wanted.has(part);
const methods = new Set(benchRecipes().flatMap(({ method }) => (wanted.has(method) ? [method] : [])));
const chosen = (method: string) => methods.size === 0 || methods.has(method);

const cache = join(root, ".cache/bench");
const models = join(cache, "models");
const machine = {
  cpu: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
  memoryBytes: totalmem(),
  node: process.version,
};

const size = process.argv.slice(2).flatMap((word) => /^size=(\d+)$/.exec(word)?.[1] ?? [])[0];
if (wanted.has("node") && wanted.has("wasm")) {
  const small = size === undefined ? undefined : Number(size);
  const folder = small === undefined ? models : join(cache, `models-${small}`);
  await ensureBenchModels(folder, small === undefined ? undefined : benchShape(1e6 * small));
  const rows = benchThreads(folder, chosen, !wanted.has("fast"), (rows) => {
    if (methods.size === 0) save(`node-wasm${small === undefined ? "" : `-${small}`}`, { device: "WebAssembly", rows });
  });
  console.log(`\nNode on WebAssembly\n\n${threadsTable(rows)}`);
  process.exit(0);
}
if (wanted.has("lm") && wanted.has("wasm")) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(root, "dist/bench-node/node.js")], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`The forward pass ended with ${status}: ${stderr}`);
  save("lm-wasm", JSON.parse(stdout) as object);
  console.log(stdout);
  process.exit(0);
}
if (["chromium", "cancel", "node", "lm"].some(wants)) {
  console.error("Making three models of 1 GB, once…");
  await ensureBenchModels(models);
}
if (wants("chromium")) {
  let report = "";
  const known = methods.size === 0 ? [] : knownRows("chromium");
  await benchChromium(models, cache, chosen, (device, measured) => {
    const rows = withRows(known, measured);
    save("chromium", { device, rows });
    report = `\nChromium on ${device}\n\n${table(rows)}`;
  });
  console.log(report);
}
if (wants("cancel")) {
  const facts = await benchCancel(models, cache);
  save("cancel", facts);
  console.log("\nCancel, milliseconds:", facts.milliseconds);
}
if (wants("node")) {
  const onGpu = await benchNode(models, "webgpu", (run) => save("node", { runs: [run] }));
  const runs = [onGpu, await benchNode(models, "cpu", (run) => save("node", { runs: [onGpu, run] }))];
  for (const { device, rows } of runs) console.log(`\nNode on ${device}\n\n${table(rows)}`);
}
if (wants("lm")) {
  const model = join(models, BENCH_MODELS[0]);
  console.log(`\n${lmTables(await benchLm(cache, model, (results) => save("lm", results)))}`);
}
if (wanted.has("lm-tiny")) console.log(`\n${lmTables(await benchLm(cache, undefined, () => undefined))}`);
if (wants("cold")) {
  const seconds = await benchColdStart();
  save("cold-start", seconds);
  console.log("\nCold start, seconds:", seconds);
}

/** What an earlier bench measured. */
function knownRows(name: string): readonly Measured[] {
  const file = join(root, `bench/results/${name}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { rows: readonly Measured[] }).rows : [];
}

function withRows(known: readonly Measured[], measured: readonly Measured[]): readonly Measured[] {
  const isNew = ({ where, method }: Measured) => measured.some((row) => row.where === where && row.method === method);
  return [...known.filter((row) => !isNew(row)), ...measured];
}

function save(name: string, facts: object): void {
  const folder = join(root, "bench/results");
  mkdirSync(folder, { recursive: true });
  const made = new Date().toISOString().slice(0, 10);
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ made, machine, ...facts }, null, 2)}\n`);
}
if (wanted.has("donor")) {
  const found = lending<DonorBench>("donor", process.env.PYTHON ?? "python3");
  save("donor", found);
  console.log(`\n${donorLines(found)}`);
}
if (wanted.has("vocabularies")) {
  const { pairs, wrong, largest } = lending<VocabularyCheck>("vocabularies", join(cache, "vocabularies"));
  console.log(
    `\n${pairs - wrong.length} of ${pairs} shared vocabularies are as expected; the largest (${largest.pair}, ${largest.shared} tokens) took ${largest.seconds.toFixed(1)} s`,
  );
  if (wrong.length > 0) throw new Error(`Other lists than expected: ${wrong.join(", ")}`);
}

/** Runs a part that is built, and gives what it found. */
function lending<T>(part: string, argument: string): T {
  const out = join(cache, `${part}.json`);
  mkdirSync(cache, { recursive: true });
  execFileSync(process.execPath, [join(root, "dist/lending/lending.js"), part, out, argument], { stdio: "inherit" });
  return JSON.parse(readFileSync(out, "utf8"));
}
