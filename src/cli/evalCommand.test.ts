import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSafetensors } from "../formats/safetensors";
import { memorySource } from "../io/memory";
import { runCommand } from "./command.testing";
import { evalCommand } from "./evalCommand";

const SAMPLES = join(import.meta.dirname, "../../public/samples");
const FORWARD = join(import.meta.dirname, "../../e2e/golden/forward");
const GOLDEN = join(import.meta.dirname, "../../e2e/golden/samples");

const folder = await mkdtemp(join(tmpdir(), "awase-eval-"));
const prompts = join(folder, "few.jsonl");
const recipe = join(folder, "half.yaml");
beforeAll(async () => {
  const lines = (await readFile(join(GOLDEN, "prompts-ja.jsonl"), "utf8")).split("\n").slice(0, 2);
  await writeFile(prompts, lines.join("\n"));
  await writeFile(
    recipe,
    `merge_method: linear
models:
  - {model: llama-ja, parameters: {weight: 0.5}}
  - {model: llama-math, parameters: {weight: 0.5}}
dtype: float32
`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the command where the samples are, on WebAssembly. */
async function evaluate(...args: string[]) {
  return runCommand(evalCommand, [...args, "--device", "wasm"], { cwd: SAMPLES, cache: join(folder, "cache") });
}

describe("a measurement", () => {
  it("is a table for people, llama.cpp's with a base, and ends with 0", async () => {
    const { code, stdout, stderr } = await evaluate("llama-ja", "--prompts", prompts, "--base", "llama-base");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Perplexity\s+\d/m);
    expect(stdout).toMatch(/^Symmetric KL\s+\S+ ± \S+ nats \(tail:8\)$/m);
    expect(stdout).toMatch(/^Mean {4}KLD: +\d\.\d{6} ± +\d\.\d{6}$/m);
    expect(stderr).toContain("Device: WebAssembly");
    expect(stderr).toContain("100 %");
  });

  it("is JSON where that is asked for, of a recipe that nobody wrote", async () => {
    const out = join(folder, "report.json");
    const { code, stdout, stderr } = await evaluate(recipe, "--prompts", prompts, "--json", "--quiet", "--out", out);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const report = JSON.parse(stdout) as { perplexity: { prompts: { nll: number }[] } };
    const golden = JSON.parse(readFileSync(join(GOLDEN, "report.json"), "utf8")) as Record<
      string,
      { nll_per_prompt: { ja: [number, number][] } }
    >;
    const expected = golden["linear ja=0.5 math=0.5 (float32, not written)"]?.nll_per_prompt.ja ?? [];
    for (const [at, { nll }] of report.perplexity.prompts.entries()) {
      expect(Math.abs(nll / (expected[at]?.[0] ?? 0) - 1)).toBeLessThan(1e-4);
    }
    expect(await readFile(out, "utf8")).toBe(stdout);
  });

  it("of token ids gives transformers' likelihoods and nothing else on standard output", async () => {
    const bytes = new Uint8Array(readFileSync(join(FORWARD, "llama", "golden.safetensors")));
    const { tensors } = await readSafetensors(memorySource("golden", bytes));
    const dataOf = (name: string) => {
      const found = tensors.find((tensor) => tensor.name === name);
      return { found, data: bytes.slice(found?.start ?? 0, found?.end ?? 0).buffer };
    };
    const { found, data } = dataOf("input_ids");
    const [rows = 0, width = 0] = found?.shape ?? [];
    const ids = found?.dtype === "I64" ? Array.from(new BigInt64Array(data), Number) : [...new Int32Array(data)];
    const rowsOf = (values: readonly number[], length: number) =>
      Array.from({ length: rows }, (_, row) => values.slice(row * length, (row + 1) * length));
    const tokens = join(folder, "tokens.json");
    await writeFile(tokens, JSON.stringify(rowsOf(ids, width)));

    const { code, stdout } = await evaluate(join(FORWARD, "llama"), "--tokens", tokens, "--json");
    expect(code).toBe(0);
    const { nll, ...others } = JSON.parse(stdout) as { nll: number[][] };
    expect(others).toEqual({});
    const expected = rowsOf([...new Float32Array(dataOf("nll").data)], width - 1);
    expect(nll.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
    for (const [row, values] of nll.entries()) {
      for (const [at, value] of values.entries()) {
        expect(Math.abs(value - (expected[row]?.[at] ?? Number.NaN))).toBeLessThan(2e-4);
      }
    }
  });
});

describe("what is wrong ends with 2", () => {
  it.each([
    [[], "No model"],
    [["m"], "--prompts FILE"],
    [["m", "n", "--prompts", "p"], "--base"],
    [["m", "--prompts", "p", "--tokens", "t"], "not both"],
    [["m", "--tokens", "t", "--base", "b"], "--base"],
    [["m", "--prompts", "p", "--measures", "ppl"], "multiple-choice"],
    [["m", "--prompts", "p", "--measures", "perplexity,divergence"], "--base"],
    [["m", "--prompts", "p", "--positions", "head:3"], "tail:8"],
    [["m", "--prompts", "p", "--top-k", "0"], "--top-k"],
    [["m", "--prompts", "p", "--max-tokens", "many"], "--max-tokens"],
    [["m", "--prompts", "p", "--verbose"], "--verbose"],
  ])("on the command line: %j", async (args, said) => {
    const { code, stderr } = await evaluate(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(said);
    expect(stderr).toContain("Usage:");
  });

  it("in a file", async () => {
    const broken = join(folder, "broken");
    await writeFile(`${broken}.json`, '{"ids": [1]}');
    await writeFile(`${broken}-empty.json`, "[]");
    await writeFile(`${broken}.txt`, "no answer\n");
    await writeFile(`${broken}.jsonl`, '{"txt": "?"}\n');
    await writeFile(`${broken}.yaml`, "merge_method: linear\nmodels: [{model: nowhere/at/all/there}]\n");
    const wrong = [
      [["llama-ja", "--tokens", `${broken}.json`], "list of lists"],
      [["llama-ja", "--tokens", `${broken}-empty.json`], "list of lists"],
      [["llama-ja", "--prompts", `${broken}.txt`, "--measures", "exact-match"], "no prompt with an answer"],
      [["llama-ja", "--prompts", `${broken}.txt`, "--measures", "multiple-choice"], "no prompt with choices"],
      [["llama-ja", "--prompts", `${broken}.jsonl`], "broken.jsonl:1: warning"],
      [["llama-ja", "--prompts", "missing.txt"], "missing.txt"],
      [[`${broken}.yaml`, "--prompts", prompts], "broken.yaml:2:"],
      [["./nowhere/at/all", "--prompts", prompts], "no Hub id"],
    ] as const;
    for (const [args, said] of wrong) {
      const { code, stderr } = await evaluate(...args);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(said) });
    }
  });

  it("each remark once", async () => {
    const remarked = join(folder, "remarked.yaml");
    await writeFile(remarked, `${await readFile(recipe, "utf8")}colour: red\n`);
    const { code, stderr } = await evaluate(remarked, "--prompts", prompts, "--measures", "perplexity", "--quiet");
    expect(code).toBe(0);
    expect(stderr.split("\n").filter((line) => line.includes("`colour`"))).toHaveLength(1);
  });

  it("but a model without a tokenizer is a failure, and asking for help is fine", async () => {
    const { code, stderr } = await evaluate(join(FORWARD, "llama"), "--prompts", prompts);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("tokenizer/missing") });
    expect(await evaluate("--help")).toMatchObject({ code: 0, stdout: expect.stringContaining("--tokens FILE") });
  });
});
