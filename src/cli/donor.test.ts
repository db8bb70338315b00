import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import report from "../../e2e/golden/align/report.json";
import type { DonorStats, StageStats } from "../align/stats";
import { readSafetensors } from "../formats/safetensors";
import { nodeFolder } from "../io/node";
import { runCommand } from "./command.testing";
import { mergeCommand } from "./mergeCommand";

const SAMPLES = join(import.meta.dirname, "../../public/samples");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "awase-donor-"));
  const lines = report.prompts.map((text) => JSON.stringify({ text }));
  await writeFile(join(folder, "prompts.jsonl"), lines.join("\n"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const CHOSEN: Readonly<Record<string, string | number>> = { ...report.params, kl_topk: report.kl_topk };

/** A recipe with a donor, as a person writes it. */
function recipeOf(
  { base = "llama-base", donor = "gemma-donor", dtype = "" },
  parameters: Readonly<Record<string, string | number>> = {},
): string {
  const lines = Object.entries({ model: donor, ...CHOSEN, ...parameters }).map(
    ([key, value]) => `#     ${key}: ${value}\n`,
  );
  return `merge_method: passthrough\nmodels: [{model: ${base}}]\n${dtype}# awase:\n#   donor:\n${lines.join("")}`;
}

async function merge(recipe: string, ...args: readonly string[]) {
  await writeFile(join(folder, "recipe.yaml"), recipe);
  const all = [join(folder, "recipe.yaml"), "--out", join(folder, "out"), "--device", "wasm", ...args];
  return runCommand(mergeCommand, all, { cwd: SAMPLES, cache: join(folder, "cache") });
}

const guarded = () => ["--guard", join(folder, "prompts.jsonl")];

async function stats(): Promise<DonorStats> {
  return JSON.parse(await readFile(join(folder, "out/stats.json"), "utf8"));
}

/** Names of tensors whose stored bytes are not those of a sample. */
async function changed(sample: string): Promise<readonly string[]> {
  const [own, other] = [await tensorsOf(join(SAMPLES, sample)), await tensorsOf(join(folder, "out"))];
  expect([...other.keys()].sort()).toEqual([...own.keys()].sort());
  return [...own].filter(([name, bytes]) => !other.get(name)?.equals(bytes)).map(([name]) => name);
}

async function tensorsOf(path: string): Promise<ReadonlyMap<string, Buffer>> {
  const file = await nodeFolder(path).open("model.safetensors");
  const { tensors } = await readSafetensors(file);
  const entries = tensors.map(
    async ({ name, start, end }) => [name, Buffer.from(await file.read(start, end))] as const,
  );
  return new Map(await Promise.all(entries));
}

const sameWithin = (found: StageStats | undefined, expected: StageStats, part: number) => {
  for (const key of ["ppl", "rel_ppl", "kl_sym", "kl_sym_topk"] as const) {
    expect(Math.abs((found?.[key] ?? Number.NaN) - expected[key]), key).toBeLessThanOrEqual(part * expected[key]);
  }
  expect(found?.nll_per_prompt).toHaveLength(expected.nll_per_prompt.length);
};

describe("a merge with a donor", () => {
  it("gives the numbers of the contract, stage by stage, and tells them in stats.json", async () => {
    const { code, stderr } = await merge(recipeOf({ dtype: "dtype: float32\n" }), ...guarded());
    expect(code, stderr).toBe(0);
    const found = await stats();
    for (const stage of ["base", "A", "A+B"] as const) sameWithin(found.stages[stage], report.stages[stage], 1e-3);
    const { stage_a: a, stage_b: b } = found;
    for (const [part, expected] of [
      [a, report.stage_a],
      [b, report.stage_b],
    ] as const) {
      expect(part?.rows).toBe(expected.rows);
      expect(part?.tau).toBeCloseTo(expected.tau, 4);
      expect(part?.mean_alpha).toBeCloseTo(expected.mean_alpha, 4);
      expect(part?.residual).toBeCloseTo(expected.residual, 4);
    }
    const { base, donor, shared, prompts, kl_topk, kl_positions, params } = found;
    expect({ base, donor, shared, prompts, kl_topk, kl_positions }).toEqual({
      base: report.base,
      donor: report.donor,
      shared: report.shared,
      prompts: report.prompts,
      kl_topk: report.kl_topk,
      kl_positions: report.kl_positions,
    });
    expect(params).toMatchObject(report.params);
    expect(found.actions.map(({ stage, did }) => `${stage} ${did}`)).toEqual(["A kept", "B kept"]);
    expect(stderr).toContain("468 shared tokens");
    expect(stderr).toContain("gemma-donor lends 304 rows to the embedding and 300 to the head.");
  });

  it("changes nothing but the tables, in the type they are stored in, and the folder is the base's", async () => {
    const { code, stderr } = await merge(recipeOf({}), ...guarded());
    expect(code, stderr).toBe(0);
    expect(await changed("llama-base")).toEqual(["lm_head.weight", "model.embed_tokens.weight"]);
    const config = async (path: string) => JSON.parse(await readFile(join(path, "config.json"), "utf8"));
    expect(await config(join(folder, "out"))).toEqual(await config(join(SAMPLES, "llama-base")));
    const tokenizer = (path: string) => readFile(join(path, "tokenizer.json"), "utf8");
    expect(await tokenizer(join(folder, "out"))).toBe(await tokenizer(join(SAMPLES, "llama-base")));
  });

  it("that goes over its cap is halved, taken back, and written as the base is", async () => {
    const { code, stderr } = await merge(recipeOf({}, { ppl_cap: 1.0001 }), ...guarded());
    expect(code, stderr).toBe(0);
    const { actions, strengths } = await stats();
    expect(actions.map(({ stage, did, why }) => `${stage} ${did} ${why}`)).toEqual([
      "A halved over-cap",
      "A halved over-cap",
      "A halved over-cap",
      "A rolled-back over-cap",
      "B skipped over-cap",
    ]);
    expect(strengths).toEqual({ embedding: 0, head: 0 });
    expect(await changed("llama-base")).toEqual([]);
    expect(stderr).toContain("Nothing is blended: what is written is llama-base.");
    expect(stderr).toContain("the head is left as it is");
  });

  it("that is under its cap at a part of its strength is kept so, and the head stays the base's", async () => {
    const { code, stderr } = await merge(recipeOf({}, { ppl_cap: 1.01 }), ...guarded());
    expect(code, stderr).toBe(0);
    const { actions, strengths } = await stats();
    expect(actions.map(({ stage, did }) => `${stage} ${did}`)).toEqual(["A halved", "A halved", "A kept", "B skipped"]);
    expect(strengths).toEqual({ embedding: 0.25, head: 0 });
    expect(await changed("llama-base")).toEqual(["model.embed_tokens.weight"]);
    expect(stderr).toContain("embedding at 0.25");
  });

  it("without prompts is refused, unless it is said that nobody shall guard it", async () => {
    const refused = await merge(recipeOf({}));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("--unguarded");
    const { code, stderr } = await merge(recipeOf({}), "--unguarded");
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("nobody guards the rows that gemma-donor lends");
    expect(await stats()).toMatchObject({
      guarded: false,
      prompts: [],
      stages: {},
      strengths: { embedding: 1, head: 1 },
    });
    expect(await changed("llama-base")).toEqual(["lm_head.weight", "model.embed_tokens.weight"]);
  });

  it("whose base has one table for both skips the head and says so, and a donor may be wider or narrower", async () => {
    const { code, stderr } = await merge(recipeOf({ base: "gemma-donor", donor: "llama-base" }), "--unguarded");
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(
      "The head of gemma-donor is its embedding, so there is no head to blend: stage B is skipped.",
    );
    const found = await stats();
    expect(found.stage_b).toBeUndefined();
    expect(found.actions.map(({ stage, did, why }) => `${stage} ${did} ${why}`)).toEqual([
      "A kept undefined",
      "B skipped tied",
    ]);
    expect(await changed("gemma-donor")).toEqual(["model.embed_tokens.weight"]);
  });

  it("that has no tokenizer, or is not there, is told of at its line", async () => {
    await cp(join(SAMPLES, "gemma-donor"), join(folder, "mute"), { recursive: true });
    await rm(join(folder, "mute/tokenizer.json"));
    const mute = await merge(recipeOf({ donor: join(folder, "mute") }), "--unguarded");
    expect(mute.code).toBe(2);
    expect(mute.stderr).toContain("recipe.yaml:5:");
    expect(mute.stderr).toContain("has no tokenizer");
    const gone = await merge(recipeOf({ donor: "./nowhere" }), "--unguarded");
    expect([gone.code, gone.stderr]).toEqual([2, expect.stringContaining("recipe.yaml:5:")]);
  });
});
