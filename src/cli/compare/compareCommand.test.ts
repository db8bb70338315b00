import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCommand } from "../command.testing";
import type { Compared } from "../printing/compared";
import { compareCommand } from "./compareCommand";

const SAMPLES = join(import.meta.dirname, "../../../public/samples");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "awase-compare-"));
  await writeFile(join(folder, "prompts.jsonl"), '{"prompt": "2 + 3 =", "answer": "5"}\n{"text": "Ben has a"}\n');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const compare = (...args: readonly string[]) =>
  runCommand(compareCommand, [...args, "--device", "wasm"], { cwd: SAMPLES, cache: join(folder, "cache") });
const out = () => join(folder, "out");
const asked = () => ["--prompts", join(folder, "prompts.jsonl"), "--out", out(), "--max-tokens", "6"];

describe("two models side by side", () => {
  it("give an object for each prompt, and a page for people", async () => {
    const { code, stderr } = await compare("llama-base", "llama-math", ...asked(), "--seed", "3");
    expect(code, stderr).toBe(0);
    expect((await readdir(out())).sort()).toEqual(["results.jsonl", "results.md"]);
    const lines = (await readFile(join(out(), "results.jsonl"), "utf8")).trim().split("\n");
    const [first, second] = lines.map((line) => JSON.parse(line) as Compared);
    expect(lines).toHaveLength(2);
    expect(first).toMatchObject({
      prompt: "2 + 3 =",
      expected: "5",
      base: { model: "llama-base" },
      merged: { model: "llama-math" },
      sampling: "greedy",
      seed: 3,
      max_tokens: 6,
    });
    for (const answer of [first?.base, first?.merged, second?.base, second?.merged]) {
      expect(answer?.tokens).toBeGreaterThan(0);
      expect(answer?.tokens).toBeLessThanOrEqual(6);
      expect(["stop", "length"]).toContain(answer?.ended);
    }
    expect(first?.merged.answer).not.toBe("");
    const page = await readFile(join(out(), "results.md"), "utf8");
    expect(page).toContain("at most 6 tokens, seed 3");
    expect(page).toContain("### merged: `llama-math`");
    expect(page).toContain("Expected: `5`");
  });

  it("may be a recipe that nobody wrote; the same answers are told to be the same", async () => {
    const recipe = join(folder, "same.yaml");
    await writeFile(recipe, "merge_method: passthrough\nmodels: [{model: llama-base}]\n");
    const { code, stderr } = await compare("llama-base", recipe, ...asked(), "--profile");
    expect(code, stderr).toBe(0);
    expect(stderr, "as --profile asks").toContain("Kernels on WebAssembly");
    expect(stderr).toContain("2 prompts answered by both, 2 of them with the same words");
  });

  it.each([
    [["llama-base"], "Two models are expected"],
    [["llama-base", "llama-ja", "--out", "x"], "--prompts FILE"],
    [["llama-base", "llama-ja", "--prompts", "x"], "--out DIR"],
    [
      ["llama-base", "./nowhere", "--prompts", join(SAMPLES, "../../prompts/general-en.jsonl"), "--out", "x"],
      "nowhere",
    ],
  ])("%j is refused", async (args, said) => {
    const { code, stderr } = await compare(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  });
});
