import { describe, expect, it } from "vitest";
import { openCpuDevice } from "../../compute/devices/cpu";
import { normals } from "../../compute/devices/devices.testing";
import { narrow, widen } from "../../formats/convert";
import type { FloatDType } from "../../formats/dtypes";
import { elementCount } from "../../formats/tensor";
import { type TestTensor, testModel } from "../checkpoint.testing";
import type { JsonObject, Model } from "../model";
import { originOf } from "../sources/tensorSource";
import { adaptedModel } from "./adaptedModel";
import { factors, testAdapter } from "./adapters.testing";
import { modelByKey, partsByKey } from "./byKey";

const device = openCpuDevice({ reason: "A test asks for it." });
const LLAMA: JsonObject = { architectures: ["LlamaForCausalLM"], num_hidden_layers: 1, tie_word_embeddings: true };

function base(tensors: Readonly<Record<string, TestTensor>>, config: JsonObject = {}): Model {
  return { ...testModel("m", tensors), config, configText: JSON.stringify(config) };
}

function apply(model: Model, adapter: Model): Model {
  const { model: adapted, misfits } = adaptedModel(model, adapter);
  if (adapted) return adapted;
  throw new Error(JSON.stringify(misfits));
}

/** All of a tensor, read on the host, placed on a device, and begun for one to finish: the same values. */
async function valuesOf({ weights, tensors }: Model, name: string): Promise<readonly number[]> {
  const facts = tensors.get(name) ?? expect.fail(`There is no ${name}.`);
  const dtype = facts.dtype as FloatDType;
  const count = elementCount(facts.shape);
  const read = widen(await weights.read(name, 0, count), dtype);
  using placed = await weights.place(name, 0, count, device);
  expect(placed.dtype).toBe(dtype);
  expect(widen(await device.read(placed.buffer, 0, placed.buffer.bytes), dtype).subarray(0, count)).toEqual(read);
  for (const [start, end] of [
    [0, count],
    [Math.min(3, count), count],
    [1, Math.max(1, count - 1)],
  ] as const) {
    expect(widen(await weights.read(name, start, end), dtype)).toEqual(read.subarray(start, end));
  }
  return [...read];
}

/** `w + scale · b·a` in f64, rounded once. */
function naive(
  w: ArrayLike<number>,
  [rows, rank, columns]: readonly [number, number, number],
  [a, b]: readonly [ArrayLike<number>, ArrayLike<number>],
  scale: number,
  turned = false,
): number[] {
  return Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = turned ? [i % rows, Math.floor(i / rows)] : [Math.floor(i / columns), i % columns];
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += (b[row * rank + k] ?? 0) * (a[k * columns + column] ?? 0);
    return (w[i] ?? 0) + scale * sum;
  });
}

const close = (got: readonly number[], expected: readonly number[]) => {
  expect(got).toHaveLength(expected.length);
  for (const [i, value] of got.entries()) expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 5);
};

describe("a model with an adapter", () => {
  const config = { r: 3, lora_alpha: 6 };
  const [w, a, b] = [normals(1, 7 * 5), normals(2, 3 * 5), normals(3, 7 * 3)];

  it("has scale · B·A added where the adapter says so, and all else as the base has it", async () => {
    const model = base({ "x.weight": { shape: [7, 5], values: w }, y: { shape: [2], values: [1, 2] } });
    const adapter = testAdapter(config, factors("x", [7, 3, 5], [a, b]));
    const adapted = apply(model, adapter);
    expect(adapted.key).toBe("m+l");
    close(await valuesOf(adapted, "x.weight"), naive(w, [7, 3, 5], [a, b], 2));
    expect(await valuesOf(adapted, "y")).toEqual([1, 2]);
    expect(originOf({ source: adapted.weights, name: "y" }).source).toBe(model.weights);
    expect(originOf({ source: adapted.weights, name: "x.weight" }).source).toBe(adapted.weights);
    expect(adapted.weights.bytesOf("x.weight", 35)).toBe(4 * (35 + 15 + 21));
    const files = (await adapted.weights.ranges("x.weight", 0, 35)).map(({ source }) => source.name);
    expect(files).toEqual(["m", "l", "l"]);
    expect(device.memory.lent).toBe(0);
  });

  it("is made once for two opened models", () => {
    const model = base({ "x.weight": { shape: [7, 5], values: w } });
    const adapter = testAdapter(config, factors("x", [7, 3, 5], [a, b]));
    expect(adaptedModel(model, adapter)).toBe(adaptedModel(model, adapter));
    expect(adaptedModel({ ...model }, adapter)).not.toBe(adaptedModel(model, adapter));
  });

  it.each(["BF16", "F16"] as const)("stored as %s is rounded once, after the sum", async (dtype) => {
    const model = base({ "x.weight": { shape: [7, 5], values: w, dtype } });
    const stored = widen(narrow(w, dtype), dtype);
    const got = await valuesOf(apply(model, testAdapter(config, factors("x", [7, 3, 5], [a, b]))), "x.weight");
    const exact = Float32Array.from(naive(stored, [7, 3, 5], [a, b], 2));
    expect(got).toEqual([...widen(narrow(exact, dtype), dtype)]);
  });

  it("stored as raw fp8 becomes F32, for no sum fits there", async () => {
    const model = base({ "x.weight": { shape: [7, 5], values: w, dtype: "F8_E5M2" } });
    const adapted = apply(model, testAdapter(config, factors("x", [7, 3, 5], [a, b])));
    expect(adapted.tensors.get("x.weight")?.dtype).toBe("F32");
    close(await valuesOf(adapted, "x.weight"), naive(await stretch(model), [7, 3, 5], [a, b], 2));
  });

  it("that stores matrices [inputs, outputs] (fan_in_fan_out) gets the product turned, by its shape or by the config", async () => {
    const turned = base({ "h.0.x.weight": { shape: [5, 7], values: w } });
    for (const fan of [true, false]) {
      const adapter = testAdapter({ ...config, fan_in_fan_out: fan }, factors("transformer.h.0.x", [7, 3, 5], [a, b]));
      close(await valuesOf(apply(turned, adapter), "h.0.x.weight"), naive(w, [7, 3, 5], [a, b], 2, true));
    }
    const [square, sa] = [normals(4, 25), normals(5, 15)];
    const model = base({ "x.weight": { shape: [5, 5], values: square } });
    for (const fan of [true, false]) {
      const adapter = testAdapter({ ...config, fan_in_fan_out: fan }, factors("x", [5, 3, 5], [sa, b]));
      close(await valuesOf(apply(model, adapter), "x.weight"), naive(square, [5, 3, 5], [sa, b], 2, fan));
    }
  });

  it("has the product of an embedding turned, and the bias of B added to its own", async () => {
    const model = base({
      "model.embed_tokens.weight": { shape: [7, 5], values: w },
      "x.weight": { shape: [7, 5], values: w },
      "x.bias": { shape: [7], values: normals(6, 7) },
    });
    const adapter = testAdapter(config, {
      ...factors("x", [7, 3, 5], [a, b]),
      "x.lora_B.bias": { shape: [7], values: normals(7, 7) },
      "model.embed_tokens.lora_embedding_A": { shape: [3, 7], values: b },
      "model.embed_tokens.lora_embedding_B": { shape: [5, 3], values: a },
    });
    const adapted = apply(model, adapter);
    close(await valuesOf(adapted, "model.embed_tokens.weight"), naive(w, [5, 3, 7], [b, a], 2, true));
    const bias = normals(7, 7);
    close(
      await valuesOf(adapted, "x.bias"),
      [...normals(6, 7)].map((value, i) => value + 2 * (bias[i] ?? 0)),
    );
  });

  it("has whole modules of the adapter in place of its own, in its own type", async () => {
    const model = base({ "lm_head.weight": { shape: [2, 2], values: [1, 2, 3, 4], dtype: "BF16" } });
    const adapted = apply(
      model,
      testAdapter(config, { "lm_head.weight": { shape: [2, 2], values: [5.001, 6, 7, 8] } }),
    );
    expect(adapted.tensors.get("lm_head.weight")).toMatchObject({ dtype: "BF16", shape: [2, 2] });
    expect(await valuesOf(adapted, "lm_head.weight")).toEqual([5, 6, 7, 8]);
    const same = apply(
      model,
      testAdapter(config, { "lm_head.weight": { shape: [2, 2], values: [5, 6, 7, 8], dtype: "BF16" } }),
    );
    expect(originOf({ source: same.weights, name: "lm_head.weight" }).name).toBe("base_model.model.lm_head.weight");
  });

  it("that is tied gets a head of its own where the head is changed, and says so; the embedding stays", async () => {
    const model = base({ "model.embed_tokens.weight": { shape: [7, 5], values: w } }, LLAMA);
    const adapted = apply(model, testAdapter(config, factors("lm_head", [7, 3, 5], [a, b])));
    close(await valuesOf(adapted, "lm_head.weight"), naive(w, [7, 3, 5], [a, b], 2));
    close(await valuesOf(adapted, "model.embed_tokens.weight"), [...w]);
    expect(JSON.parse(adapted.configText)).toMatchObject({ tie_word_embeddings: false });
    expect(adapted.config.tie_word_embeddings).toBe(false);
    const saved = apply(model, testAdapter(config, { "lm_head.weight": { shape: [7, 5], values: normals(9, 35) } }));
    close(await valuesOf(saved, "lm_head.weight"), [...normals(9, 35)]);
  });

  it("is unchanged where a rank is 0", async () => {
    const model = base({ "x.weight": { shape: [7, 5], values: w } });
    const adapted = apply(model, testAdapter({ ...config, rank_pattern: { x: 0 } }, factors("x", [7, 0, 5], [[], []])));
    expect(originOf({ source: adapted.weights, name: "x.weight" }).source).toBe(model.weights);
  });

  it("is found whatever its names begin with, also beside an encoder whose names end alike", async () => {
    const model = base({
      "vision.layers.0.q.weight": { shape: [2, 2], values: [0, 0, 0, 0] },
      "language_model.model.layers.0.q.weight": { shape: [7, 5], values: w },
    });
    const adapter = testAdapter(config, factors("model.language_model.layers.0.q", [7, 3, 5], [a, b]));
    const adapted = apply(model, adapter);
    close(await valuesOf(adapted, "language_model.model.layers.0.q.weight"), naive(w, [7, 3, 5], [a, b], 2));
    expect(await valuesOf(adapted, "vision.layers.0.q.weight")).toEqual([0, 0, 0, 0]);
  });

  it("of another size or without the module is a misfit, with both shapes", () => {
    const model = base({ "x.weight": { shape: [8, 5], values: normals(1, 40) } });
    const adapter = testAdapter(config, { ...factors("x", [7, 3, 5], [a, b]), ...factors("y", [7, 3, 5], [a, b]) });
    expect(adaptedModel(model, adapter)).toEqual({
      misfits: [
        { tensor: "x.weight", found: "[7, 5]", expected: "[8, 5]" },
        { tensor: "y.weight", found: "[7, 5]" },
      ],
    });
  });
});

it("is found by its key, `+` in names or not", () => {
  const model = base({ "x.weight": { shape: [7, 5], values: normals(1, 35) } });
  const adapter = testAdapter({ r: 3 }, factors("x", [7, 3, 5], [normals(2, 15), normals(3, 21)]));
  const opened = new Map([
    ["m+1", model],
    ["l", adapter],
  ]);
  expect(partsByKey("m+1+l", opened)).toEqual(["m+1", "l"]);
  expect(partsByKey("m+1", opened)).toEqual(["m+1"]);
  expect(partsByKey("l+m+1", opened)).toEqual([]);
  expect(modelByKey("m+1+l", opened)).toBe(adaptedModel(model, adapter).model);
});

async function stretch(model: Model): Promise<Float32Array> {
  return widen(await model.weights.read("x.weight", 0, 35), "F8_E5M2");
}
