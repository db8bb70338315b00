import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { safetensors } from "../model/quantisation/fp8Models.testing";
import type { Surroundings } from "./command";
import { runCommand } from "./command.testing";
import { evalCommand } from "./evalCommand";
import { mergeCommand } from "./mergeCommand";

/** A Llama in fp8 with a scale for each matrix, and its likelihoods in nats as a dequantised copy has them. */
const FP8 = join(import.meta.dirname, "../../e2e/golden/fp8");
const LIKELIHOODS = [3.98, 3.23, 4.92];

const folder = await mkdtemp(join(tmpdir(), "awase-quantised-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

beforeAll(async () => {
  await cp(FP8, join(folder, "fp8"), { recursive: true });
  await mkdir(join(folder, "int4"));
  await cp(join(FP8, "config.json"), join(folder, "int4", "config.json"));
  const codes = { name: "lm_head.qweight", dtype: "I32", shape: [4, 32], bytes: new Uint8Array(512) } as const;
  await writeFile(join(folder, "int4", "model.safetensors"), safetensors([codes]));
});

async function run(command: (args: readonly string[], context: Surroundings) => Promise<number>, ...args: string[]) {
  return runCommand(command, [...args, "--device", "cpu"], { cwd: folder, cache: join(folder, "cache") });
}

const recipe = async (...models: string[]) => {
  const path = join(folder, "recipe.yaml");
  const listed = models.map((model) => `{model: ${model}, parameters: {weight: 0.5}}`).join(", ");
  await writeFile(path, `merge_method: linear\nmodels: [${listed}]\n`);
  return path;
};

it("measures a scaled fp8 model as its weights, not as its codes", async () => {
  const { code, stdout } = await run(evalCommand, "fp8", "--tokens", join(FP8, "tokens.json"), "--json", "--quiet");
  expect(code).toBe(0);
  const { nll } = JSON.parse(stdout) as { nll: number[][] };
  expect(nll[0]?.map((value) => Number(value.toFixed(2)))).toEqual(LIKELIHOODS);
});

it("merges a scaled fp8 model, says so, and writes a config that is not quantised", async () => {
  const { code, stderr } = await run(mergeCommand, await recipe("fp8"), "--out", "merged");
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stderr).toContain("note: fp8 stores 28 tensors as F8_E4M3 codes with scales");
  expect(stderr).toContain("`quantization_config` in config.json of fp8 (compressed-tensors) is left out");
  const config = JSON.parse(readFileSync(join(folder, "merged", "config.json"), "utf8")) as object;
  expect(config).not.toHaveProperty("quantization_config");
  const measured = await run(evalCommand, "merged", "--tokens", join(FP8, "tokens.json"), "--json", "--quiet");
  const { nll } = JSON.parse(measured.stdout) as { nll: number[][] };
  for (const [at, value] of LIKELIHOODS.entries()) expect(Math.abs((nll[0]?.[at] ?? 0) - value)).toBeLessThan(0.05);
});

it("refuses a model of packed integers by name, also beside one that it can read, and writes nothing", async () => {
  const { code, stderr } = await run(mergeCommand, await recipe("fp8", "int4"), "--out", "refused");
  expect(code).toBe(1);
  expect(stderr).toContain("model/quantised: int4 is quantised");
  expect(stderr).toContain("full-precision");
  expect(existsSync(join(folder, "refused"))).toBe(false);
  const measured = await run(evalCommand, "int4", "--tokens", join(FP8, "tokens.json"));
  expect(measured.code).toBe(1);
  expect(measured.stderr).toContain("model/quantised: int4 is quantised");
});
