import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Device } from "../../compute/device";
import { openCpuDevice } from "../../compute/devices/cpu";
import { openTestWasm } from "../../compute/devices/wasm/wasm.testing";
import { widen } from "../../formats/convert";
import { elementCount } from "../../formats/tensor";
import { MemoryFolder, MemoryOutput } from "../../io/memory";
import { nodeFolder } from "../../io/node";
import type { Checkpoint } from "../../model/checkpoint";
import { openCheckpoint } from "../../model/open";
import { type ExtractionOptions, extractAdapter } from "./extractAdapter";

const GOLDEN = join(import.meta.dirname, "../../../e2e/golden");
const DEFAULTS: ExtractionOptions = {
  maxRank: 128,
  svEpsilon: 0,
  embedLora: false,
  skipUndecomposable: false,
  saveModules: [],
  include: [],
  exclude: [],
  distributeScale: true,
  decomposition: "auto",
  seed: 0,
};

const open = (path: string) => openCheckpoint(path.replace(/^.*\//, ""), nodeFolder(join(GOLDEN, path)));

async function valuesOf({ weights, tensors }: Checkpoint, name: string): Promise<Float32Array> {
  const { shape } = tensors.get(name) ?? expect.fail(`There is no ${name}.`);
  return widen(await weights.read(name, 0, elementCount(shape)), "F32");
}

/** B · A of every module, by its name. */
async function productsOf(adapter: Checkpoint): Promise<ReadonlyMap<string, Float64Array>> {
  const products = new Map<string, Float64Array>();
  for (const { module, a, b, rank } of adapter.adapter?.products ?? []) {
    const [left, right] = [await valuesOf(adapter, b.name), await valuesOf(adapter, a.name)];
    const [rows = 0, columns = 0] = [b.shape[0], a.shape[1]];
    const product = new Float64Array(rows * columns);
    for (let i = 0; i < rows; i++) {
      for (let k = 0; k < rank; k++) {
        const factor = left[i * rank + k] ?? 0;
        for (let j = 0; j < columns; j++) {
          product[i * columns + j] = (product[i * columns + j] ?? 0) + factor * (right[k * columns + j] ?? 0);
        }
      }
    }
    products.set(module, product);
  }
  return products;
}

async function extract(model: string, options: Partial<ExtractionOptions>, device: Device, of = "base") {
  const output = new MemoryOutput("adapter");
  const [tuned, base] = [await open(`merge/models/${model}`), await open(`merge/models/${of}`)];
  const report = await extractAdapter(tuned, base, { device, output, options: { ...DEFAULTS, ...options } });
  return { report, tuned, base, adapter: await openCheckpoint("adapter", new MemoryFolder("adapter", output.files)) };
}

const SETS = [
  ["extract_r8", "a", { maxRank: 8 }],
  ["extract_embed", "b", { maxRank: 4, embedLora: true }],
  ["extract_eps", "c", { maxRank: 32, svEpsilon: 0.3, skipUndecomposable: true }],
] as const;

let wasm: Awaited<ReturnType<typeof openTestWasm>>;
beforeAll(async () => {
  wasm = await openTestWasm();
});
afterAll(() => wasm.close());
const devices: Readonly<Record<string, () => Device>> = {
  cpu: () => openCpuDevice({ reason: "A test asks for it." }),
  wasm: () => wasm,
};

describe.each(Object.keys(devices))("an extracted adapter, on %s", (name) => {
  const device = () => devices[name]?.() ?? expect.fail(`There is no ${name}.`);

  it.each(SETS)("%s is what mergekit extracted", async (golden, model, options) => {
    const { adapter } = await extract(model, options, device());
    const expected = await open(`around/expected/${golden}`);
    const [got, wanted] = [adapter.config, expected.config];
    for (const key of ["r", "lora_alpha", "rank_pattern", "alpha_pattern", "peft_type", "base_model_name_or_path"]) {
      expect({ [key]: got[key] }).toEqual({ [key]: wanted[key] });
    }
    for (const key of ["modules_to_save", "target_modules"]) {
      expect(new Set(got[key] as string[])).toEqual(new Set(wanted[key] as string[]));
    }
    const shapes = ({ tensors }: Checkpoint) =>
      [...tensors.values()].map(({ name: tensor, dtype, shape }) => `${tensor} ${dtype} ${shape}`).sort();
    expect(shapes(adapter)).toEqual(shapes(expected));

    const [products, goldens] = [await productsOf(adapter), await productsOf(expected)];
    expect(products.size).toBe(goldens.size);
    for (const [module, product] of goldens) {
      const most = product.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
      const found = products.get(module) ?? new Float64Array();
      const off = product.reduce(
        (largest, value, i) => Math.max(largest, Math.abs(value - (found[i] ?? Number.NaN))),
        0,
      );
      expect({ module, near: off <= 1e-4 * most }).toEqual({ module, near: true });
    }
    for (const { name: tensor, tensor: saved } of adapter.adapter?.replacements ?? []) {
      const [ours, theirs] = [await valuesOf(adapter, saved.name), await valuesOf(expected, saved.name)];
      expect({ tensor, off: ours.some((value, i) => Math.abs(value - (theirs[i] ?? Number.NaN)) > 1e-5) }).toEqual({
        tensor,
        off: false,
      });
    }
  });

  it("of full rank, applied to its base, is the model again", async () => {
    const { adapter, base, tuned } = await extract("a", { embedLora: true }, device());
    const { model } = adapter.adapter?.apply(base, adapter) ?? {};
    for (const [tensor, { shape }] of tuned.tensors) {
      const [got, wanted] = [
        widen((await model?.weights.read(tensor, 0, elementCount(shape))) ?? new Uint8Array(), "F32"),
        await valuesOf(tuned, tensor),
      ];
      const off = wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - (got[i] ?? Number.NaN))), 0);
      expect({ tensor, near: off < 3e-6 }).toEqual({ tensor, near: true });
    }
  });

  it("by random directions is nearly as near as the best of its rank", async () => {
    const exact = await extract("a", { maxRank: 6 }, device());
    const random = await extract("a", { maxRank: 6, decomposition: "randomised" }, device());
    const [best, found] = [await productsOf(exact.adapter), await productsOf(random.adapter)];
    for (const { module } of exact.adapter.adapter?.products ?? []) {
      const [ours, theirs] = [
        await valuesOf(exact.tuned, `${module}.weight`),
        await valuesOf(exact.base, `${module}.weight`),
      ];
      const distance = (product: Float64Array | undefined) =>
        Math.sqrt(ours.reduce((sum, value, i) => sum + (value - (theirs[i] ?? 0) - (product?.[i] ?? 0)) ** 2, 0));
      expect(distance(found.get(module)) / distance(best.get(module))).toBeLessThan(1.01);
    }
  });
});

describe("what is extracted", () => {
  const device = openCpuDevice({ reason: "A test asks for it." });

  it("is chosen by expressions and names, as mergekit's options do", async () => {
    const choices = { maxRank: 2, include: [/self_attn/], exclude: [/k_proj/, /embed|head/], saveModules: ["o_proj"] };
    const { adapter, report } = await extract("a", choices, device);
    const parts = new Set(adapter.adapter?.products.map(({ module }) => module.split(".").at(-1)));
    expect([...parts].sort()).toEqual(["q_proj", "v_proj"]);
    expect(report).toMatchObject({ saved: ["o_proj"], ranks: [2, 2], left: [] });
    await expect(extract("a", { include: [/nothing/], exclude: [/./] }, device)).rejects.toMatchObject({
      code: "extract/nothing",
    });
  });

  it("has the differences of biases, which peft is told of where all modules have them", async () => {
    const qkv = { maxRank: 99, include: [/[qkv]_proj/], exclude: [/embed|head/] };
    const { adapter, base, tuned, report } = await extract("qwen_a", qkv, device, "qwen_base");
    expect(adapter.config).toMatchObject({ lora_bias: true });
    expect(report).toMatchObject({ someBiases: false });
    const { model } = adapter.adapter?.apply(base, adapter) ?? {};
    const bias = "model.layers.0.self_attn.q_proj.bias";
    const wanted = await valuesOf(tuned, bias);
    const got = widen((await model?.weights.read(bias, 0, wanted.length)) ?? new Uint8Array(), "F32");
    for (const [i, value] of wanted.entries()) expect(got[i]).toBeCloseTo(value, 6);
    const all = await extract("qwen_a", { maxRank: 1, exclude: [/embed|head/] }, device, "qwen_base");
    expect(all.adapter.config).not.toHaveProperty("lora_bias");
    expect(all.report).toMatchObject({ someBiases: true });
  });

  it("gives all of a singular value to A where it is not distributed", async () => {
    const { adapter } = await extract("a", { maxRank: 3, include: [/q_proj/], distributeScale: false }, device);
    const { b, rank } = adapter.adapter?.products[0] ?? expect.fail("Nothing was extracted.");
    const left = await valuesOf(adapter, b.name);
    for (let k = 0; k < rank; k++) {
      const length = Math.hypot(...Array.from({ length: b.shape[0] ?? 0 }, (_, i) => left[i * rank + k] ?? 0));
      expect(length).toBeCloseTo(1, 5);
    }
  });

  it("needs a base of the same sizes: otherwise both are said, and nothing is left behind", async () => {
    const output = new MemoryOutput("adapter");
    const [tuned, base] = [
      await open("merge/models/qwen_a").catch(() => open("merge/models/a")),
      await open("merge/models/base"),
    ];
    const other = {
      ...base,
      tensors: new Map(
        [...base.tensors].map(([name, facts]) => [name, { ...facts, shape: facts.shape.map((size) => size + 1) }]),
      ),
    };
    const run = { device, output, options: DEFAULTS };
    await expect(extractAdapter(tuned, other, run)).rejects.toMatchObject({
      code: expect.stringMatching(/^extract\/(shape|missing)$/),
    });
    const stop = AbortSignal.abort();
    await expect(extractAdapter(base, base, { ...run, signal: stop })).rejects.toMatchObject({ name: "AbortError" });
    expect(output.files.size).toBe(0);
  });
});
