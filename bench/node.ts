import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { MergeReport } from "../src/engine/protocol/protocol";
import { BENCH_MODELS } from "./models";
import { benchRecipes } from "./recipes";
import type { Measured } from "./results";

const CLI = join(import.meta.dirname, "../dist/cli/merge.js");

/** Enough to place the CPU device: the others take it many minutes each. */
const CPU_METHODS: ReadonlySet<string> = new Set(["passthrough", "linear"]);

/** Bytes moved at once, as a merge's blocks. */
const PIECE = 8 * 1024 * 1024;

export interface NodeRun {
  readonly device: string;
  readonly rows: readonly Measured[];
}

/**
 * The same merges with the command line, each in a process of its own, on WebGPU if Node finds an adapter, and on the CPU.
 * @param onRun gets what there is after each merge: all of them take long
 */
export async function benchNode(
  models: string,
  device: "webgpu" | "cpu",
  onRun: (run: NodeRun) => void,
): Promise<NodeRun> {
  const scratch = mkdtempSync(join(models, "../node-"));
  let name = "";
  const rows: Measured[] = [];
  try {
    const copies = new Map<number, number>();
    for (const inputs of [1, 2, 3]) copies.set(inputs, await copySeconds(models, inputs, join(scratch, "copy")));
    for (const { method, inputs, recipe } of benchRecipes()) {
      if (device === "cpu" && !CPU_METHODS.has(method)) continue;
      const [file, out] = [join(scratch, `${method}.yaml`), join(scratch, method)];
      writeFileSync(file, recipe);
      const { stdout, peak } = runCli([file, "--out", out, "--device", device, "--json", "--quiet"], models);
      const report = JSON.parse(stdout) as MergeReport;
      name = report.device;
      rows.push({
        where: `Node, ${device === "cpu" ? "CPU" : "WebGPU"}`,
        method,
        bytes: report.readBytes + report.writtenBytes,
        seconds: report.seconds,
        copySeconds: copies.get(inputs) ?? 0,
        peakProcessBytes: peak,
        peakDeviceBytes: report.peakDeviceBytes,
      });
      console.error(`  node ${device} ${method}: ${report.seconds.toFixed(1)} s`);
      onRun({ device: name, rows });
      rmSync(out, { recursive: true });
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return { device: name, rows };
}

/** Runs the command line in a child that tells its peak resident memory as it ends. */
function runCli(args: readonly string[], cwd: string): { stdout: string; peak: number } {
  const program = `process.on("exit", () => console.error("peak", process.resourceUsage().maxRSS)); await import(${JSON.stringify(CLI)});`;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", program, "--", "merge", ...args], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, INIT_CWD: cwd },
    maxBuffer: 1 << 26,
  });
  if (child.status !== 0) throw new Error(`merge ${args.join(" ")} ended with ${child.status}: ${child.stderr}`);
  return { stdout: child.stdout, peak: Number(/^peak (\d+)/m.exec(child.stderr)?.[1] ?? 0) * 1024 };
}

/** Seconds to read the weights of n models and write those of one. */
async function copySeconds(models: string, inputs: number, target: string): Promise<number> {
  const paths = BENCH_MODELS.slice(0, inputs).map((name) => join(models, name, "model.safetensors"));
  const size = Math.min(...paths.map((path) => statSync(path).size));
  const started = performance.now();
  const files = await Promise.all(paths.map((path) => open(path)));
  const out = await open(target, "w");
  const buffers = files.map(() => Buffer.alloc(PIECE));
  for (let at = 0; at < size; at += PIECE) {
    const length = Math.min(PIECE, size - at);
    await Promise.all(files.map((file, i) => file.read(buffers[i] ?? Buffer.alloc(PIECE), 0, length, at)));
    await out.write(buffers[0] ?? Buffer.alloc(PIECE), 0, length, at);
  }
  await Promise.all([...files, out].map((file) => file.close()));
  const seconds = (performance.now() - started) / 1000;
  rmSync(target);
  return seconds;
}
