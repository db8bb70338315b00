import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { widen } from "../formats/convert";
import type { FloatDType } from "../formats/dtypes";
import { readSafetensors } from "../formats/safetensors";
import { memorySource } from "../io/memory";
import { methodFacts } from "../merge/registry";
import { MemoryEnvironment } from "./machine/memoryEnvironment";
import type { MergeOptions, MergeReport } from "./protocol/protocol";
import { filesOf, GOLDEN, goldenRecipe, OPTIONS, openGoldenSession, sha256 } from "./session.testing";

async function merge(recipe: string, options: Partial<MergeOptions> = {}) {
  const environment = new MemoryEnvironment();
  const session = await openGoldenSession(environment);
  const report = await session.merge(recipe, { ...OPTIONS, ...options, run: "job" });
  return { session, environment, report, files: filesOf(environment, "job") };
}

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

async function tensorsOf(files: ReadonlyMap<string, Uint8Array>) {
  const tensors = new Map<string, { dtype: string; shape: readonly number[]; values: Float32Array }>();
  for (const [path, bytes] of files) {
    if (!path.endsWith(".safetensors")) continue;
    for (const { name, dtype, shape, start, end } of (await readSafetensors(memorySource(path, bytes))).tensors) {
      tensors.set(name, { dtype, shape, values: widen(bytes.slice(start, end), dtype as FloatDType) });
    }
  }
  return tensors;
}

function expectReportMatches(report: MergeReport, files: ReadonlyMap<string, Uint8Array>) {
  expect(report.files.map(({ path }) => path).sort()).toEqual([...files.keys()].sort());
  for (const { path, size, sha256: digest } of report.files) {
    const bytes = files.get(path) ?? new Uint8Array();
    expect({ path, size, digest }).toEqual({ path, size: bytes.length, digest: sha256(bytes) });
  }
}

const manifest = JSON.parse(readFileSync(join(GOLDEN, "manifest.json"), "utf8")) as {
  cases: Record<string, { method: string; compare: string }>;
};
const known = new Set(methodFacts.map(({ id }) => id));
const cases = Object.entries(manifest.cases)
  .filter(([, { method }]) => known.has(method))
  .map(([name, { compare }]) => ({ name, compare }));

describe("golden merges through the session", () => {
  it.each(cases)("$name: the folder mergekit wrote", async ({ name }) => {
    const { report, files } = await merge(goldenRecipe(name));
    const expected = new Map(
      readdirSync(join(GOLDEN, "expected", name)).map((path) => [
        path,
        new Uint8Array(readFileSync(join(GOLDEN, "expected", name, path))),
      ]),
    );
    expectReportMatches(report, files);

    const [got, want] = [await tensorsOf(files), await tensorsOf(expected)];
    const facts = (tensors: typeof got) =>
      [...tensors].map(([tensor, { dtype, shape }]) => ({ tensor, dtype, shape })).sort(byTensor);
    expect(facts(got)).toEqual(facts(want));

    const config = JSON.parse(text(files.get("config.json")));
    const wanted = JSON.parse(text(expected.get("config.json")));
    for (const field of ["architectures", "model_type", "num_hidden_layers", "vocab_size", "tie_word_embeddings"]) {
      expect({ field, value: config[field] }).toEqual({ field, value: wanted[field] });
    }
    expect(text(files.get("mergekit_config.yml"))).toBe(goldenRecipe(name));
    for (const path of ["tokenizer.json", "tokenizer_config.json"]) expect(files.has(path)).toBe(expected.has(path));
    // mergekit loses it where it builds a tokenizer.
    expect(files.has("generation_config.json")).toBe(true);
    expect(text(files.get("README.md"))).toContain(
      report.files.find(({ path }) => path.endsWith(".safetensors"))?.sha256,
    );
  });
});

function byTensor(a: { tensor: string }, b: { tensor: string }): number {
  return a.tensor < b.tensor ? -1 : 1;
}

describe("the output folder", () => {
  it("is the same tensors in several shards with an index, config.json written last", async () => {
    const whole = await merge(goldenRecipe("ties"));
    const { report, files } = await merge(goldenRecipe("ties"), { shardBytes: 20_000 });
    expectReportMatches(report, files);
    const shards = [...files.keys()].filter((path) => path.endsWith(".safetensors"));
    expect(shards.length).toBeGreaterThan(2);
    const index = JSON.parse(text(files.get("model.safetensors.index.json")));
    expect(new Set(Object.values(index.weight_map))).toEqual(new Set(shards));
    expect(await tensorsOf(files)).toEqual(await tensorsOf(whole.files));
    expect(report.files.at(-1)?.path).toBe("config.json");
    expect(report.files.at(-2)?.path).toBe("model.safetensors.index.json");
  });

  it("is kept, listed, opened as a model, and removed", async () => {
    const { session, environment, report } = await merge(goldenRecipe("linear"));
    expect(await session.results()).toMatchObject([
      { report: { id: "job", name: "merged" }, recipe: goldenRecipe("linear") },
    ]);
    expect((await session.resultFiles("job")).map(({ path }) => path)).toContain("config.json");
    const model = await session.addModel({ kind: "result", id: "job" });
    expect(model).toMatchObject({ key: "merged", architecture: "LlamaForCausalLM", cachedBytes: model.bytes });
    await session.removeResult("job");
    expect(await session.results()).toEqual([]);
    expect(filesOf(environment, "job").size).toBe(0);
    expect(report.place).toBe("browser");
    await expect(session.resultFiles("job")).rejects.toMatchObject({ code: "result/not-found" });
  });
});
