import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "../command.testing";
import { evalCommand } from "../evalCommand";
import { mergeCommand } from "../mergeCommand";
import { extractCommand } from "./extractCommand";

const cwd = join(import.meta.dirname, "../../../e2e/golden/merge/models");

let out: string;
beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), "awase-extract-"));
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

const extract = (...args: readonly string[]) =>
  runCommand(extractCommand, [...args, "--device", "cpu"], { cwd, cache: out });

/** Negative log-likelihoods of some tokens. */
async function measured(model: string): Promise<readonly number[]> {
  const tokens = join(out, "tokens.json");
  writeFileSync(tokens, "[[1, 5, 9, 3, 7, 2, 40, 11]]");
  const args = [model, "--tokens", tokens, "--device", "cpu", "--json"];
  const { code, stdout } = await runCommand(evalCommand, args, { cwd, cache: out });
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { nll: number[][] }).nll.flat();
}

it("an extracted adapter, applied to its base, is used as a model: measured, and merged", async () => {
  const adapter = join(out, "adapter");
  const made = await extract("a", "--base-model", "base", "--out", adapter, "--max-rank", "128", "--json");
  expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining("Extracted 28 products") });
  expect(JSON.parse(made.stdout)).toMatchObject({ modules: 28, left: [] });
  expect(readdirSync(adapter).sort()).toEqual(["README.md", "adapter_config.json", "adapter_model.safetensors"]);
  expect(readFileSync(join(adapter, "README.md"), "utf8")).toContain('base_model: "base"');

  const [tuned, adapted, base] = [await measured("a"), await measured(`base+${adapter}`), await measured("base")];
  for (const [i, value] of tuned.entries()) expect(adapted[i]).toBeCloseTo(value, 4);
  expect(Math.max(...tuned.map((value, i) => Math.abs(value - (base[i] ?? 0))))).toBeGreaterThan(0.01);

  const recipe = join(out, "recipe.yaml");
  writeFileSync(recipe, `merge_method: passthrough\nmodels:\n  - model: base+${adapter}\n`);
  const merged = await runCommand(mergeCommand, [recipe, "--out", join(out, "merged"), "--device", "cpu"], {
    cwd,
    cache: out,
  });
  expect(merged).toMatchObject({ code: 0 });
  expect(await measured(join(out, "merged"))).toEqual(adapted);
});

describe("the command line of extract-lora", () => {
  it.each([
    [[], "No model is given"],
    [["a"], "No base is given"],
    [["a", "--base-model", "base"], "No output folder"],
    [["a", "b", "--base-model", "base", "--out", "x"], "One model is expected, but 2"],
    [["a", "--base-model", "base", "--out", "x", "--max-rank", "0"], "--max-rank"],
    [["a", "--base-model", "base", "--out", "x", "--sv-epsilon", "-1"], "--sv-epsilon"],
    [["a", "--base-model", "base", "--out", "x", "-e", "("], "no regular expression"],
    [["a", "--base-model", "base", "--out", "x", "--decomposition", "fast"], "--decomposition"],
    [["./none", "--base-model", "base", "--out", "x"], "There is no folder"],
  ])("%j", async (args, said) => {
    const { code, stderr } = await extract(...args);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(said) });
  });

  it("explains itself", async () => {
    expect(await extract("--help")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("--skip-undecomposable"),
    });
  });

  it("leaves what is in the folder alone, unless it is told otherwise", async () => {
    const folder = join(out, "full");
    const args = [
      "a",
      "--base-model",
      "base",
      "--out",
      folder,
      "--max-rank",
      "1",
      "--include-regex",
      "q_proj",
      "--quiet",
    ];
    expect(await extract(...args)).toMatchObject({ code: 0, stderr: "" });
    expect(await extract(...args)).toMatchObject({ code: 1, stderr: expect.stringContaining("output/not-empty") });
    expect(await extract(...args, "--overwrite")).toMatchObject({ code: 0 });
  });

  it("refuses models of different sizes, and leaves no folder", async () => {
    const folder = join(out, "unlike");
    const { code, stderr } = await extract("qwen_a", "--base-model", "base", "--out", folder);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("extract/") });
    expect(readdirSync(out)).not.toContain("unlike");
  });
});
