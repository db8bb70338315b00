import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LOCK_FILE } from "../../src/cli/machine/folderLock";
import { JOURNAL_FILE } from "../../src/cli/machine/nodeEnvironment";
import { syntheticModel } from "../syntheticModel";
import { randomFrom } from "./random";

const ROOT = join(import.meta.dirname, "../..");
const SAMPLES = join(ROOT, "public/samples");

export type KilledMerge = "linear" | "dare" | "guard";

/** What a series of kills came to. */
export interface KillCount {
  /** Processes that were ended by SIGKILL before they were done. */
  readonly kills: number;
  /** Of the processes that followed a kill, those that went on from finished tensors. */
  readonly wentOn: number;
  /** Merges that were brought to their end. */
  readonly merges: number;
  /** Merges whose folder differs from that of a merge nothing happened to: files and their sha256. */
  readonly wrong: number;
}

const RECIPES: Readonly<Record<KilledMerge, string>> = {
  linear: `merge_method: linear
models: [{model: one, parameters: {weight: 0.75}}, {model: two, parameters: {weight: 0.25}}]
dtype: float32
out_dtype: bfloat16
`,
  dare: `merge_method: dare_ties
base_model: base
models:
  - {model: one, parameters: {weight: 0.6, density: 0.5}}
  - {model: two, parameters: {weight: 0.4, density: 0.7}}
dtype: float32
out_dtype: bfloat16
`,
  guard: `merge_method: task_arithmetic
base_model: llama-base
models: [{model: llama-ja, parameters: {weight: 0.5}}, {model: llama-math, parameters: {weight: 0.5}}]
dtype: float32
`,
};

/**
 * Ends `npm run merge` with SIGKILL at random moments, starts it again with the same words until it is done, and looks whether the
 * folder is that of a merge nothing happened to.
 * @param count kills at least
 */
export async function killCommandLine(kind: KilledMerge, count: number, seed: number): Promise<KillCount> {
  const random = randomFrom(seed);
  const folder = mkdtempSync(join(tmpdir(), "awase-kills-"));
  try {
    const args = prepare(folder, kind);
    const whole = await run(folder, args, "whole");
    if (whole.code !== 0) throw new Error(`The merge fails without any kill: ${whole.stderr}`);
    const expected = hashesOf(join(folder, "whole/out"));
    let [kills, wentOn, merges, wrong] = [0, 0, 0, 0];
    while (kills < count) {
      const place = `try-${merges}`;
      for (let killed = true, after = false; killed; after = true) {
        // Many are let run: a merge that is killed again and again is compared once.
        const kill = random() < 0.4 ? undefined : momentIn(whole, random);
        const tried = await run(folder, args, place, kill);
        killed = tried.code === null;
        if (killed) kills++;
        if (killed && isDone(join(folder, place, "out"))) break; // it came too late to do any harm
        if (after && /Going on: [1-9]/.test(tried.stderr)) wentOn++;
        if (!killed && tried.code !== 0) throw new Error(`It does not go on: ${tried.stderr}`);
      }
      merges++;
      const found = hashesOf(join(folder, place, "out"));
      if (JSON.stringify(found) !== JSON.stringify(expected)) wrong++;
      rmSync(join(folder, place), { recursive: true });
    }
    return { kills, wentOn, merges, wrong };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes recipe and models. @returns the command's arguments but the output folder */
function prepare(folder: string, kind: KilledMerge): readonly string[] {
  const recipe = join(folder, "recipe.yaml");
  writeFileSync(recipe, RECIPES[kind]);
  const common = [recipe, "--device", "cpu", "--shard-size", "6M"];
  if (kind === "guard") {
    const prompts = join(folder, "prompts.txt");
    writeFileSync(prompts, "太郎は駅で鳥を見ました。\nMia went to the shop.\n");
    return [...common, "--guard", prompts, "--guard-layers", "3"];
  }
  for (const [index, name] of ["base", "one", "two"].entries()) {
    mkdirSync(join(folder, name));
    for (const [path, content] of Object.entries(syntheticModel(index))) {
      writeFileSync(join(folder, name, path), content);
    }
  }
  return common;
}

/** A moment to kill a process at. */
interface Moment {
  /** Whether it is counted from the start of the process, or from its first word on how far it is. */
  readonly since: "start" | "work";
  readonly ms: number;
}

/** Half of the moments lie anywhere, half where there is work to lose: a process of seconds is as long in starting. */
function momentIn({ ms, workMs }: Tried, random: () => number): Moment {
  const since = random() < 0.5 ? "start" : "work";
  return { since, ms: random() * 1.1 * (since === "start" ? ms : workMs) };
}

interface Tried {
  /** Exit code; null after a kill. */
  readonly code: number | null;
  readonly stderr: string;
  readonly ms: number;
  /** Of those, the milliseconds since its first word on how far it is. */
  readonly workMs: number;
}

/** @param kill absent: it is let run */
function run(folder: string, args: readonly string[], place: string, kill?: Moment): Promise<Tried> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    let working = started;
    // The folder's name stands in the model's card, so each try has one of the same name.
    const command = [join(ROOT, "scripts/merge.mjs"), ...args, "--out", join(folder, place, "out")];
    const child = spawn(process.execPath, command, {
      cwd: args.includes("--guard") ? SAMPLES : folder,
      env: {
        ...process.env,
        INIT_CWD: args.includes("--guard") ? SAMPLES : folder,
        XDG_CACHE_HOME: join(folder, "cache"),
      },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    let timer: ReturnType<typeof setTimeout> | undefined;
    const since = (moment: Moment["since"]) => {
      if (kill?.since === moment) timer = setTimeout(() => child.kill("SIGKILL"), kill.ms);
    };
    since("start");
    child.stderr.on("data", (text) => {
      stderr += text;
      if (working > started || !/tensors|watching/.test(stderr)) return;
      working = performance.now();
      since("work");
    });
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      const now = performance.now();
      resolve({ code, stderr, ms: now - started, workMs: now - working });
    });
  });
}

/** The journal goes when everything is written. */
function isDone(folder: string): boolean {
  return existsSync(join(folder, "config.json")) && !existsSync(join(folder, JOURNAL_FILE));
}

/** All but the lock, which a process that is killed after its last byte cannot take away. */
function hashesOf(folder: string): readonly (readonly [string, string])[] {
  return readdirSync(folder)
    .filter((name) => name !== LOCK_FILE)
    .sort()
    .map(
      (name) =>
        [
          name,
          createHash("sha256")
            .update(readFileSync(join(folder, name)))
            .digest("hex"),
        ] as const,
    );
}
