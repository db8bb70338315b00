import { describe, expect, it } from "vitest";
import { openCpuDevice } from "../compute/devices/cpu";
import { normals } from "../compute/devices/devices.testing";
import { elementCount } from "../formats/tensor";
import { nodeFolder } from "../io/node";
import type { JsonObject } from "../model/model";
import { openCheckpoint } from "../model/open";
import {
  disguised,
  type MemoryTensor,
  type MemoryTensors,
  memoryTensors,
  poisoned,
  toyLlama,
  toyTexts,
} from "./model.testing";
import { openLanguageModel } from "./open";

const device = poisoned(openCpuDevice({ reason: "A test asks for it." }));
const texts = toyTexts(9, 4);

async function likelihoods(config: JsonObject, source: MemoryTensors, on = device) {
  const model = await openLanguageModel({ config, source, device: on });
  using activations = await model.embed(texts);
  await model.layers(activations, 0, model.facts.layers);
  return await model.nll(activations);
}

/** A golden model, in memory. */
async function golden(name: string): Promise<{ config: JsonObject; source: MemoryTensors }> {
  const checkpoint = await openCheckpoint(name, nodeFolder(`e2e/golden/forward/${name}`));
  const source = checkpoint.weights;
  const tensors: Record<string, MemoryTensor> = {};
  for (const { name: tensor, shape } of source.tensors.values()) {
    const bytes = await source.read(tensor, 0, elementCount(shape));
    tensors[tensor] = { shape, values: new Float32Array(bytes.buffer) };
  }
  return { config: checkpoint.config, source: memoryTensors(tensors) };
}

/** Tensors one after the other. */
function joined(source: MemoryTensors, names: readonly string[], shape: readonly number[]): MemoryTensor {
  return { shape, values: Float32Array.from(names.flatMap((name) => [...source.floats(name)])) };
}

describe("the same model, stored otherwise", () => {
  it("is found without the outer module's name", async () => {
    const { config, source } = await golden("gpt2");
    const bare = memoryTensors(
      Object.fromEntries(
        [...source.tensors.values()].map(({ name, shape }) => [
          name.replace("transformer.", ""),
          { shape, values: source.floats(name) },
        ]),
      ),
    );
    expect(await likelihoods(config, bare)).toEqual(await likelihoods(config, source));
  });

  it.each([
    { name: "mixtral", root: "block_sparse_moe", each: ["w1", "w3", "w2"], width: 72 },
    { name: "qwen3_moe", root: "mlp", each: ["gate_proj", "up_proj", "down_proj"], width: 24 },
  ])("has its experts packed ($name)", async ({ name, root, each: [gate, up, down], width }) => {
    const { config, source } = await golden(name);
    const changes: Record<string, MemoryTensor | undefined> = {};
    for (const layer of [0, 1, 2]) {
      const at = (rest: string) => `model.layers.${layer}.${rest}`;
      const experts = [0, 1, 2, 3].map((expert) => at(`${root}.experts.${expert}.`));
      const pairs = experts.flatMap((expert) => [`${expert}${gate}.weight`, `${expert}${up}.weight`]);
      const downs = experts.map((expert) => `${expert}${down}.weight`);
      for (const single of [...pairs, ...downs]) changes[single] = undefined;
      changes[at("mlp.gate.weight")] = joined(source, [at(`${root}.gate.weight`)], [4, 32]);
      changes[at("mlp.experts.gate_up_proj")] = joined(source, pairs, [4, 2 * width, 32]);
      changes[at("mlp.experts.down_proj")] = joined(source, downs, [4, 32, width]);
    }
    expect(await likelihoods(config, source.with(changes))).toEqual(await likelihoods(config, source));
  });

  it("has its queries, keys and values grouped by key head (InternLM 2)", async () => {
    const { config, source } = toyLlama(5);
    const changes: Record<string, MemoryTensor> = {
      "model.tok_embeddings.weight": joined(source, ["model.embed_tokens.weight"], [40, 16]),
      "output.weight": joined(source, ["lm_head.weight"], [40, 16]),
      "model.norm.weight": joined(source, ["model.norm.weight"], [16]),
    };
    for (let layer = 0; layer < 4; layer++) {
      const at = (rest: string) => `model.layers.${layer}.${rest}.weight`;
      const rows = (name: string, from: number, count: number) => [
        ...source.floats(at(`self_attn.${name}_proj`)).subarray(16 * from, 16 * (from + count)),
      ];
      const groups = [0, 1].flatMap((head) => [
        ...rows("q", 8 * head, 8),
        ...rows("k", 4 * head, 4),
        ...rows("v", 4 * head, 4),
      ]);
      changes[at("attention.wqkv")] = { shape: [32, 16], values: Float32Array.from(groups) };
      changes[at("attention.wo")] = joined(source, [at("self_attn.o_proj")], [16, 16]);
      changes[at("attention_norm")] = joined(source, [at("input_layernorm")], [16]);
      changes[at("ffn_norm")] = joined(source, [at("post_attention_layernorm")], [16]);
      changes[at("feed_forward.w1")] = joined(source, [at("mlp.gate_proj")], [24, 16]);
      changes[at("feed_forward.w3")] = joined(source, [at("mlp.up_proj")], [24, 16]);
      changes[at("feed_forward.w2")] = joined(source, [at("mlp.down_proj")], [16, 24]);
    }
    const intern = { ...config, architectures: ["InternLM2ForCausalLM"] };
    expect(await likelihoods(intern, memoryTensors(changes))).toEqual(await likelihoods(config, source));
  });

  it("has a norm's weight for each head in one tensor or in several", async () => {
    const { config, source } = await golden("stablelm");
    const norms = (of: string, heads: number, values: (head: number) => Float32Array) =>
      Array.from({ length: 3 * heads }, (_, i): [string, MemoryTensor] => [
        `model.layers.${Math.floor(i / heads)}.self_attn.${of}_layernorm.norms.${i % heads}.weight`,
        { shape: [8], values: values(i % heads) },
      ]);
    const normed = { ...config, qk_layernorm: true };
    const distinct = source.with(
      Object.fromEntries([
        ...norms("q", 4, (head) => normals(head, 8)),
        ...norms("k", 2, (head) => normals(9 + head, 8)),
      ]),
    );
    // Turning the heads of one group around, with their weights and their share of the output, changes nothing.
    const swapped: Record<string, MemoryTensor> = {};
    for (const layer of [0, 1, 2]) {
      const at = (rest: string) => `model.layers.${layer}.self_attn.${rest}`;
      const rows = (name: string, width: number, head: number) =>
        distinct.floats(at(name)).subarray(8 * head * width, 8 * (head + 1) * width);
      const swap = (name: string, width: number, shape: readonly number[]) => {
        const heads = [1, 0, 2, 3].flatMap((head) => [...rows(name, width, head)]);
        swapped[at(name)] = { shape, values: Float32Array.from(heads) };
      };
      swap("q_proj.weight", 32, [32, 32]);
      swap("q_proj.bias", 1, [32]);
      const output = distinct.floats(at("o_proj.weight"));
      swapped[at("o_proj.weight")] = {
        shape: [32, 32],
        values: output.map((_, i) => output[i % 32 < 16 ? i - (i % 32) + ((i + 8) % 16) : i] ?? 0),
      };
      for (const head of [0, 1]) {
        swapped[at(`q_layernorm.norms.${head}.weight`)] = { shape: [8], values: normals(1 - head, 8) };
      }
    }
    const [one, other] = [await likelihoods(normed, distinct), await likelihoods(normed, distinct.with(swapped))];
    one.forEach((nll, text) => {
      nll.forEach((value, at) => {
        expect(other[text]?.[at]).toBeCloseTo(value, 4);
      });
    });
    expect(one).not.toEqual(await likelihoods(config, source));
  });

  it("has experts that come one at a time where a layer does not fit", async () => {
    const { config, source } = await golden("mixtral");
    const expected = await likelihoods(config, source);
    const small = disguised(device, { budgetBytes: 64 * 1024 }); // a layer has 125 KiB of weights
    let most = 0;
    source.onPlace = (live) => {
      most = Math.max(most, live.filter((name) => name.includes(".experts.")).length);
    };
    expect(await likelihoods(config, source, small)).toEqual(expected);
    expect(most).toBe(3);
    expect(source.live.size).toBe(0);
  });

  it.each(["BF16", "F16"] as const)("has its weights in %s", async (dtype) => {
    const { config, source } = toyLlama(6, dtype);
    const exact = toyLlama(6).source;
    const [found, expected] = [await likelihoods(config, source), await likelihoods(config, exact)];
    expect(found).not.toEqual(expected);
    found.forEach((nll, text) => {
      nll.forEach((value, at) => {
        expect(Math.abs(value - (expected[text]?.[at] ?? Number.NaN))).toBeLessThan(dtype === "BF16" ? 0.2 : 0.02);
      });
    });
  });
});

describe("weights that do not fit a config", () => {
  const { config, source } = toyLlama(2);
  const open = (tensors: MemoryTensors, on = device, other: JsonObject = {}) =>
    openLanguageModel({ config: { ...config, ...other }, source: tensors, device: on });
  const fails = (code: string, facts: object) =>
    expect.objectContaining({ code, facts: expect.objectContaining(facts) });

  it("are missing", async () => {
    const tensor = "model.layers.2.mlp.up_proj.weight";
    await expect(open(source.with({ [tensor]: undefined }))).rejects.toThrow(fails("lm/no-tensor", { tensor }));
  });

  it("have another shape", async () => {
    const tensor = "model.layers.1.self_attn.k_proj.weight";
    const wide = { [tensor]: { shape: [9, 16], values: normals(1, 144) } };
    await expect(open(source.with(wide))).rejects.toThrow(
      fails("lm/shape", { tensor, found: "[9, 16]", expected: "[8, 16]" }),
    );
  });

  it("are too large for a binding", async () => {
    const small = disguised(device, { maxBindingBytes: 1024 });
    await expect(open(source, small)).rejects.toThrow(fails("lm/too-large", { limit: 1024 }));
  });

  it("need no head where it is tied, or where there is none", async () => {
    const headless = source.with({ "lm_head.weight": undefined });
    const tied = { ...config, tie_word_embeddings: true };
    const expected = await likelihoods(tied, source);
    expect(await likelihoods(tied, headless)).toEqual(expected);
    expect(await likelihoods(config, headless)).toEqual(expected);
    expect(await likelihoods(config, source)).not.toEqual(expected);
  });
});
