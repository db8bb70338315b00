import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Evaluation } from "../eval/registry";
import { runCommand } from "./command.testing";
import { evalCommand } from "./evalCommand";

const SAMPLES = join(import.meta.dirname, "../../public/samples");
const GOLDEN = join(import.meta.dirname, "../../e2e/golden/samples");

interface Golden {
  readonly ppl: Readonly<Record<string, number>>;
  readonly kl_sym_tail8: Readonly<Record<string, number>>;
  readonly accuracy_of_100: Readonly<Record<string, number>>;
}

/** What transformers measured of the samples and of merges that were never written. */
const report = JSON.parse(readFileSync(join(GOLDEN, "report.json"), "utf8")) as Record<string, Golden>;

const folder = await mkdtemp(join(tmpdir(), "awase-eval-golden-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the command where the samples are, on WebAssembly. */
async function evaluate(...args: string[]): Promise<Evaluation> {
  const { code, stdout, stderr } = await runCommand(evalCommand, [...args, "--device", "wasm", "--json", "--quiet"], {
    cwd: SAMPLES,
    cache: join(folder, "cache"),
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as Evaluation;
}

// Other models at other tasks: src/eval/golden.test.ts. This one is best at its own, where a slip of one token would cost most.
it("answers are as often right as transformers' are", { timeout: 180_000 }, async () => {
  const prompts = join(GOLDEN, "task-ja.jsonl");
  const { exactMatch } = await evaluate(
    "llama-ja",
    "--prompts",
    prompts,
    "--measures",
    "exact-match",
    "--max-tokens",
    "24",
  );
  expect(exactMatch).toMatchObject({ correct: report["llama-ja"]?.accuracy_of_100.ja, total: 100 });
});

it("a recipe that nobody wrote has transformers' perplexity and divergence", { timeout: 180_000 }, async () => {
  const recipe = join(folder, "recipe.yaml");
  const models = ["llama-ja", "llama-math"].map((name) => `  - {model: ${name}, parameters: {weight: 1.0}}\n`).join("");
  await writeFile(recipe, `merge_method: task_arithmetic\nbase_model: llama-base\nmodels:\n${models}dtype: float32\n`);
  const prompts = join(GOLDEN, "prompts-ja.jsonl");
  const measured = await evaluate(
    recipe,
    "--prompts",
    prompts,
    "--base",
    "llama-base",
    "--measures",
    "perplexity,divergence",
  );
  const golden = report["task_arithmetic ja=1.0 math=1.0 (float32, not written)"];
  const { tokenWeighted = 0 } = measured.perplexity ?? {};
  expect(Math.abs(tokenWeighted / (golden?.ppl.ja ?? 0) - 1)).toBeLessThan(1e-4);
  expect(Math.abs((measured.divergence?.symmetric ?? 0) - (golden?.kl_sym_tail8.ja ?? 0))).toBeLessThan(1e-4);
});
