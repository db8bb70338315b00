import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runCommand } from "./command.testing";
import { evalCommand } from "./evalCommand";
import { mergeCommand } from "./mergeCommand";

const GOLDEN = join(import.meta.dirname, "../../e2e/golden");
/** A model with an adapter, from where the adapters lie. */
const ADAPTED = "../../merge/models/base+lora_r4";
const cwd = join(GOLDEN, "around/models");

let out: string;
beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), "awase-adapters-"));
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

it("a recipe's adapter is taken from a folder; one that is not there is named", async () => {
  const recipe = (model: string) => {
    const path = join(out, "recipe.yaml");
    writeFileSync(path, `merge_method: passthrough\nmodels:\n  - model: ${model}\n`);
    return [path, "--out", join(out, "merged"), "--device", "cpu"];
  };
  expect(await runCommand(mergeCommand, recipe(ADAPTED), { cwd, cache: out })).toMatchObject({ code: 0 });
  const lacking = await runCommand(mergeCommand, recipe("../../merge/models/base+./lora_r5"), { cwd, cache: out });
  expect(lacking).toMatchObject({ code: 2, stderr: expect.stringContaining("recipe.yaml:3:12: error:") });
  expect(lacking.stderr).toContain("lora_r");
});

it("a model with an adapter is measured, also against the model alone", async () => {
  const tokens = join(out, "tokens.json");
  writeFileSync(tokens, "[[1, 5, 9, 3, 7, 2]]");
  const measure = async (model: string) => {
    const { code, stdout } = await runCommand(evalCommand, [model, "--tokens", tokens, "--device", "cpu", "--json"], {
      cwd,
      cache: out,
    });
    expect(code).toBe(0);
    return JSON.parse(stdout) as object;
  };
  expect(await measure(ADAPTED)).not.toEqual(await measure("../../merge/models/base"));
});
