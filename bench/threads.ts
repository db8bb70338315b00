import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import type { MergeReport } from "../src/engine/protocol/protocol";
import { BENCH_MODELS } from "./models";
import { benchRecipes, type Choice } from "./recipes";

const CLI = join(import.meta.dirname, "../dist/cli/merge.js");
/** What the command line is asked for, in turn. */
export const DEVICES = ["wasm", "cpu"] as const;

/** What a process took. */
export interface Taken {
  readonly seconds: number;
  /** Of all its threads, in user mode and in the system. */
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

/** One method on each device, between two copies of the same bytes. */
export interface ThreadsRow {
  readonly method: string;
  /** Read and written. */
  readonly bytes: number;
  /** Before and after the merges; the sha256 of what is written is part of it, as of a merge. */
  readonly copies: readonly [Taken, Taken];
  readonly wasm: Taken;
  readonly cpu?: Taken;
  /** Processes that wanted a core, in the minute before the row was done. */
  readonly load: number;
}

/**
 * Merges with the command line on threads of WebAssembly, and on the device of plain TypeScript, each beside a copy of the same bytes that was
 * measured just before and after.
 * @param slow whether the second device is measured as well: it takes many times as long
 */
export function benchThreads(
  models: string,
  chosen: Choice,
  slow: boolean,
  onRows: (rows: readonly ThreadsRow[]) => void,
): readonly ThreadsRow[] {
  const scratch = mkdtempSync(join(models, "../threads-"));
  const rows: ThreadsRow[] = [];
  try {
    for (const { method, inputs, recipe } of benchRecipes()) {
      if (!chosen(method)) continue;
      const file = join(scratch, `${method}.yaml`);
      writeFileSync(file, recipe);
      const copy = () => copied(models, inputs, join(scratch, "copy"));
      const before = copy();
      const [wasm, report] = merged(models, file, join(scratch, "out"), "wasm");
      const after = copy();
      const cpu = slow ? { cpu: merged(models, file, join(scratch, "out"), "cpu")[0] } : {};
      const bytes = report.readBytes + report.writtenBytes;
      rows.push({ method, bytes, copies: [before, after], wasm, ...cpu, load: loadavg()[0] ?? 0 });
      console.error(
        `  ${method}: ${wasm.seconds.toFixed(1)} s, a copy ${meanCopy(rows.at(-1) as ThreadsRow).seconds.toFixed(1)} s`,
      );
      onRows(rows);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return rows;
}

/** The two copies as one. */
function meanCopy({ copies: [a, b] }: ThreadsRow): Omit<Taken, "peakBytes"> {
  return { seconds: (a.seconds + b.seconds) / 2, cpuSeconds: (a.cpuSeconds + b.cpuSeconds) / 2 };
}

/** A Markdown table: times, and speed as shares of the copy's. */
export function threadsTable(rows: readonly ThreadsRow[]): string {
  const head = [
    "method",
    "GB",
    "copy s",
    "wasm s",
    "of the copy",
    "cpu s of copy",
    "cpu s of wasm",
    "of the copy's cpu s",
    "cpu device s",
    "times as fast",
    "peak MB",
    "load",
  ];
  const lines = rows.map((row) => {
    const copy = meanCopy(row);
    const { wasm, cpu } = row;
    return [
      row.method,
      (row.bytes / 1e9).toFixed(2),
      copy.seconds.toFixed(1),
      wasm.seconds.toFixed(1),
      (copy.seconds / wasm.seconds).toFixed(2),
      copy.cpuSeconds.toFixed(1),
      wasm.cpuSeconds.toFixed(1),
      (copy.cpuSeconds / wasm.cpuSeconds).toFixed(2),
      cpu ? cpu.seconds.toFixed(1) : "–",
      cpu ? (cpu.seconds / wasm.seconds).toFixed(1) : "–",
      (wasm.peakBytes / 1e6).toFixed(0),
      row.load.toFixed(1),
    ];
  });
  return [head, head.map(() => "---"), ...lines].map((line) => `| ${line.join(" | ")} |`).join("\n");
}

function merged(models: string, recipe: string, out: string, device: (typeof DEVICES)[number]): [Taken, MergeReport] {
  const args = ["merge", recipe, "--out", out, "--device", device, "--json", "--quiet"];
  const { stdout, taken } = inChild(`await import(${JSON.stringify(CLI)});`, args, models);
  rmSync(out, { recursive: true });
  const report = JSON.parse(stdout) as MergeReport;
  return [{ ...taken, seconds: report.seconds }, report];
}

/** Reads the weights of some models side by side, and writes those of the first with their sha256. */
function copied(models: string, inputs: number, target: string): Taken {
  const files = BENCH_MODELS.slice(0, inputs).map((name) => join(models, name, "model.safetensors"));
  const { stdout, taken } = inChild(COPY, [target, ...files], models);
  rmSync(target);
  return { ...taken, seconds: Number(stdout) };
}

/** Pieces as large as a merge's blocks, the next being read while one is hashed and written. */
const COPY = `
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
const PIECE = 8 * 1024 * 1024;
const [target, ...paths] = process.argv.slice(1);
const started = performance.now();
const files = await Promise.all(paths.map((path) => open(path)));
const out = await open(target, "w");
const size = Math.min(...(await Promise.all(files.map((file) => file.stat()))).map((facts) => facts.size));
const buffers = [0, 1].map(() => files.map(() => Buffer.alloc(PIECE)));
const hash = createHash("sha256");
const read = (at, into) => Promise.all(files.map((file, i) => file.read(into[i], 0, Math.min(PIECE, size - at), at)));
let reading = read(0, buffers[0]);
let writing = Promise.resolve();
for (let at = 0, turn = 0; at < size; at += PIECE, turn = 1 - turn) {
  const length = Math.min(PIECE, size - at);
  await reading;
  await writing;
  if (at + PIECE < size) reading = read(at + PIECE, buffers[1 - turn]);
  writing = out.write(buffers[turn][0], 0, length, at);
  hash.update(buffers[turn][0].subarray(0, length));
}
await writing;
hash.digest("hex");
await Promise.all([...files, out].map((file) => file.close()));
console.log((performance.now() - started) / 1000);
`;

/** A program in a process of its own, which tells what it took as it ends. */
function inChild(program: string, args: readonly string[], cwd: string): { stdout: string; taken: Taken } {
  const told = `process.on("exit", () => { const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage(); console.error("took", userCPUTime + systemCPUTime, maxRSS); });`;
  const started = performance.now();
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", `${told}\n${program}`, "--", ...args], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, INIT_CWD: cwd },
    maxBuffer: 1 << 26,
  });
  if (child.status !== 0) throw new Error(`${args.join(" ")} ended with ${child.status}: ${child.stderr}`);
  const [, cpu = "0", peak = "0"] = /^took (\d+) (\d+)/m.exec(child.stderr) ?? [];
  const seconds = (performance.now() - started) / 1000;
  return { stdout: child.stdout, taken: { seconds, cpuSeconds: Number(cpu) / 1e6, peakBytes: Number(peak) * 1024 } };
}
