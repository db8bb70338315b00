import { describe, expect, it } from "vitest";
import type { DType } from "../../formats/dtypes";
import { isPlain } from "./plain";

const stored = (...tensors: readonly (readonly [name: string, dtype: DType])[]) =>
  new Map(
    tensors.map(([name, dtype]) => [
      name,
      { name, dtype, shape: [2, 2], file: "model.safetensors", start: 0, end: 16 },
    ]),
  );
const weight = ["model.layers.0.mlp.up_proj.weight", "BF16"] as const;
const nothing = { config: {}, files: [] };

describe("a model that is seen to be plain", () => {
  it("has weights and biases in full precision, also inside of wrappers", () => {
    const tensors = stored(
      weight,
      ["_orig_mod.model.norm.weight", "F32"],
      ["model.layers.0.self_attn.q_proj.bias", "F16"],
    );
    expect(isPlain(nothing, tensors)).toBe(true);
  });

  it.each<[string, DType]>([
    ["a.weight", "F8_E4M3"],
    ["a.weight", "I8"],
    ["a.weight_scale", "F32"],
    ["a.weight.absmax", "F32"],
    ["a.scales", "F16"],
    ["a.centroids.weight", "F16"],
    ["mlp.experts.gate_up_proj_blocks", "BF16"],
  ])("has no %s of %s", (name, dtype) => {
    expect(isPlain(nothing, stored(weight, [name, dtype]))).toBe(false);
  });

  it.each([
    { config: { quantization_config: { quant_method: "fp8" } }, files: [] },
    { config: { text_config: { quantization: { bits: 4 } } }, files: [] },
    { config: {}, files: [{ path: "hf_quant_config.json", size: 2 }] },
  ])("says nothing of quantisation: %o", (said) => {
    expect(isPlain(said, stored(weight))).toBe(false);
  });
});
