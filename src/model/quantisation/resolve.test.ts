import { describe, expect, it } from "vitest";
import type { DType } from "../../formats/dtypes";
import { type ToyTensors, toyCheckpoint } from "../checkpoint.testing";
import { resolveQuantisation } from "./resolve";

const NAME = "model.layers.0.self_attn.q_proj";
const PLAIN: ToyTensors = {
  "model.embed_tokens.weight": { dtype: "BF16", shape: [100, 32] },
  "model.norm.weight": { dtype: "BF16", shape: [32] },
};
const WEIGHT: ToyTensors = { [`${NAME}.weight`]: { dtype: "BF16", shape: [32, 32] } };

function resolve(config: object, tensors: ToyTensors, files: readonly string[] = []) {
  const model = toyCheckpoint("toy", { ...config }, { ...PLAIN, ...tensors }, { files });
  return resolveQuantisation(model, model.tensors);
}

/** What opening fails with: its code, and the format it names. */
function refusal(config: object, tensors: ToyTensors, files?: readonly string[]) {
  try {
    resolve(config, tensors, files);
  } catch (error) {
    return error as { code: string; message: string; facts: Record<string, string> };
  }
  return expect.fail("it was accepted");
}

const says = (quantization_config: object) => ({ quantization_config });
const at = (end: string, dtype: DType, shape: readonly number[]): ToyTensors => ({ [NAME + end]: { dtype, shape } });

describe("a quantised model is refused by name, as config.json says it", () => {
  const packed = at(".weight", "U8", [512, 1]);
  it.each([
    ["bitsandbytes 4-bit (nf4)", { quant_method: "bitsandbytes", load_in_4bit: true, bnb_4bit_quant_type: "nf4" }],
    ["bitsandbytes 8-bit", { quant_method: "bitsandbytes", load_in_8bit: true }],
    ["bitsandbytes 4-bit", { load_in_4bit: true }],
    ["GPTQ (4-bit)", { quant_method: "gptq", bits: 4, group_size: 128 }],
    ["AWQ (4-bit)", { quant_method: "awq", bits: 4, version: "gemm" }],
    ["AutoRound (4-bit)", { quant_method: "auto-round", bits: 4 }],
    ["compressed-tensors (pack-quantized)", { quant_method: "compressed-tensors", format: "pack-quantized" }],
    ["compressed-tensors (int-quantized)", { quant_method: "compressed-tensors", format: "int-quantized" }],
    [
      "compressed-tensors (nvfp4-pack-quantized)",
      { quant_method: "compressed-tensors", format: "nvfp4-pack-quantized" },
    ],
    ["ModelOpt (NVFP4)", { quant_method: "modelopt", quant_algo: "NVFP4" }],
    ["MXFP4", { quant_method: "mxfp4" }],
    ["HQQ", { quant_method: "hqq", quant_config: {} }],
    ["EETQ", { quant_method: "eetq", weights: "int8" }],
    ["quanto", { quant_method: "quanto", weights: "int8" }],
    ["torchao", { quant_method: "torchao" }],
    ["AQLM", { quant_method: "aqlm" }],
    ["VPTQ", { quant_method: "vptq" }],
    ["HIGGS (4-bit)", { quant_method: "higgs", bits: 4 }],
    ["BitNet", { quant_method: "bitnet" }],
    ["SpQR (3-bit)", { quant_method: "spqr", bits: 3 }],
    ["FP-Quant", { quant_method: "fp_quant" }],
    ["Quark", { quant_method: "quark" }],
    ["EXL2", { quant_method: "exl2" }],
    ["MLX (4-bit)", { group_size: 64, bits: 4 }],
    ["one of tomorrow, 8-bit or packed integers (U8)", { quant_method: "one of tomorrow" }],
  ])("%s", (format, config) => {
    const error = refusal(says(config), packed);
    expect(error).toMatchObject({ code: "model/quantised", facts: { model: "toy", format, tensor: `${NAME}.weight` } });
    expect(error.message).toContain(format);
    expect(error.message).toContain("full-precision");
  });

  it("wherever it says it", () => {
    const method = { quant_method: "gptq", bits: 8 };
    for (const config of [{ compression_config: method }, { text_config: says(method) }, { quantization: method }]) {
      expect(refusal(config, packed).facts.format).toBe("GPTQ (8-bit)");
    }
  });

  it("with the way back, where its makers have one", () => {
    expect(refusal(says({ quant_method: "mxfp4" }), packed).message).toContain("Mxfp4Config(dequantize=True)");
    expect(refusal(says({ load_in_4bit: true }), packed).message).toContain("model.dequantize()");
    expect(refusal(says({ quant_method: "gptq" }), packed).message).not.toContain("dequantise it");
  });
});

describe("a quantised model is refused by its tensors when config.json says nothing", () => {
  it.each<[string, ToyTensors]>([
    ["bitsandbytes 4-bit", at(".weight.absmax", "F32", [8])],
    ["bitsandbytes 4-bit", at(".weight.quant_map", "F32", [16])],
    ["bitsandbytes 4-bit", at(".weight.nested_absmax", "F32", [1])],
    ["bitsandbytes 4-bit", at(".weight.quant_state.bitsandbytes__nf4", "U8", [80])],
    ["bitsandbytes 8-bit", at(".SCB", "F32", [32])],
    ["GPTQ", { ...at(".qweight", "I32", [4, 32]), ...at(".g_idx", "I32", [32]) }],
    ["GPTQ or AWQ", { ...at(".scales", "F16", [1, 32]), ...at(".qweight", "I32", [4, 32]) }],
    ["GPTQ or AWQ", at(".qzeros", "I32", [1, 4])],
    ["compressed-tensors", at(".weight_packed", "I32", [32, 4])],
    ["compressed-tensors", at(".weight_zero_point", "I8", [32, 1])],
    [
      "NVFP4",
      {
        ...at(".weight", "U8", [32, 16]),
        ...at(".weight_scale", "F8_E4M3", [32, 2]),
        ...at(".weight_scale_2", "F32", []),
      },
    ],
    ["MXFP4", { "model.layers.0.mlp.experts.gate_up_proj_blocks": { dtype: "U8", shape: [4, 64, 1, 16] } }],
    ["HQQ", at(".W_q", "U8", [16, 32])],
    ["EETQ", { ...at(".weight", "I8", [32, 32]), ...at(".weight_scales", "F16", [32]) }],
    ["quanto", at(".weight._data", "I8", [32, 32])],
    ["torchao", at("._weight_qdata", "I8", [32, 32])],
    ["AQLM", { ...at(".codes", "I8", [4, 4, 1]), ...at(".codebooks", "F16", [1, 256, 1, 8]) }],
    ["EXL2", at(".q_weight", "I32", [4, 32])],
    ["EXL3", at(".trellis", "I16", [2, 2, 48])],
    ["QuIP#", at(".Qidxs", "I64", [32, 4])],
    ["MLX", { ...at(".weight", "U32", [32, 4]), ...at(".scales", "F16", [32, 1]), ...at(".biases", "F16", [32, 1]) }],
    ["8-bit or packed integers (I8)", { ...at(".weight", "I8", [32, 32]), ...at(".weight_scale", "F32", [32, 1]) }],
    ["8-bit or packed integers (U8)", at(".weight", "U8", [512, 1])],
    ["8-bit or packed integers (U8)", { "model.layers.0.mlp.experts.down_proj": { dtype: "U8", shape: [4, 8, 8] } }],
    ["packed integers (I32)", at(".weight", "I32", [32, 4])],
    ["4-bit floats (F4, as in MXFP4 and NVFP4)", at(".weight", "F4", [32, 32])],
    ["6-bit floats (F6_E2M3)", at(".weight", "F6_E2M3", [32, 32])],
    ["6-bit floats (F6_E3M2)", at(".weight", "F6_E3M2", [32, 32])],
    [
      "MXFP4 or another microscaling format (F8_E8M0 scales)",
      { ...WEIGHT, ...at(".weight_scale", "F8_E8M0", [32, 1]) },
    ],
    ["fp8 of another kind (F8_E4M3FNUZ)", at(".weight", "F8_E4M3FNUZ", [32, 32])],
    ["scales beside weights that are not fp8", { ...WEIGHT, ...at(".weight_scale", "F32", []) }],
  ])("%s (%#)", (format, tensors) => {
    expect(refusal({}, tensors)).toMatchObject({ code: "model/quantised", facts: { format } });
  });

  it("but not for integers that full-precision models have", () => {
    const tensors: ToyTensors = {
      ...WEIGHT,
      "h.0.attn.bias": { dtype: "U8", shape: [1, 1, 8, 8] },
      "h.0.attn.causal_mask": { dtype: "U8", shape: [8, 8] },
      "embeddings.position_ids": { dtype: "I64", shape: [1, 8] },
      "model.layers.0.mlp.gate.tid2eid": { dtype: "I32", shape: [100, 2] },
      "model.layers.0.mlp.gate.e_score_correction_bias": { dtype: "F32", shape: [4] },
      "model.layer_scale": { dtype: "BF16", shape: [32] },
    };
    expect(resolve({}, tensors).size).toBe(2 + Object.keys(tensors).length);
  });
});

describe("fp8", () => {
  const codes = (shape = [32, 48]) => at(".weight", "F8_E4M3", shape);
  const scaled = (tensors: ToyTensors, config: object = {}) => resolve(config, tensors).get(`${NAME}.weight`)?.scaled;

  it.each<[string, string, DType, readonly number[], object]>([
    [
      "one for all, as compressed-tensors",
      ".weight_scale",
      "BF16",
      [1],
      { rows: 32, columns: 48, blockRows: 32, blockColumns: 48 },
    ],
    [
      "one for all, without axes",
      ".weight_scale_inv",
      "F32",
      [],
      { rows: 32, columns: 48, blockRows: 32, blockColumns: 48 },
    ],
    ["one for each row", ".weight_scale", "F32", [32, 1], { rows: 32, columns: 48, blockRows: 1, blockColumns: 48 }],
    [
      "one for each row, in a list",
      ".weight_scale",
      "F16",
      [32],
      { rows: 32, columns: 48, blockRows: 1, blockColumns: 48 },
    ],
    [
      "one for each block",
      ".weight_scale_inv",
      "F32",
      [2, 3],
      { rows: 32, columns: 48, blockRows: 16, blockColumns: 16 },
    ],
    [
      "one for each group of a row",
      ".weight_scale",
      "F8_E8M0",
      [32, 3],
      { rows: 32, columns: 48, blockRows: 1, blockColumns: 16 },
    ],
    [
      "as DeepSeek's own code names them",
      ".scale",
      "F32",
      [2, 3],
      { rows: 32, columns: 48, blockRows: 16, blockColumns: 16 },
    ],
    [
      "as Intel and ComfyUI name them",
      ".scale_weight",
      "F32",
      [1],
      { rows: 32, columns: 48, blockRows: 32, blockColumns: 48 },
    ],
    ["as Mistral names them", ".qscale_weight", "BF16", [], { rows: 32, columns: 48, blockRows: 32, blockColumns: 48 }],
  ])("is widened with scales: %s", (_, end, dtype, shape, grid) => {
    const tensors = resolve({}, { ...codes(), ...at(end, dtype, shape) });
    expect(tensors.get(`${NAME}.weight`)).toMatchObject({
      dtype: "F32",
      shape: [32, 48],
      scaled: { dtype: "F8_E4M3", grid, scales: { name: NAME + end } },
    });
    expect([...tensors.keys()]).toEqual([...Object.keys(PLAIN), `${NAME}.weight`]);
  });

  it("takes the size of blocks from config.json, the last block cut short", () => {
    const tensors = { ...codes([576, 300]), ...at(".weight_scale_inv", "F32", [5, 3]) };
    const grid = { rows: 576, columns: 300, blockRows: 128, blockColumns: 128 };
    expect(scaled(tensors, says({ quant_method: "fp8", weight_block_size: [128, 128] }))?.grid).toEqual(grid);
    const groups = { group_0: { weights: { block_structure: [128, 128], strategy: "block" } } };
    expect(scaled(tensors, says({ quant_method: "compressed-tensors", config_groups: groups }))?.grid).toEqual(grid);
    expect(scaled(tensors)?.grid).toEqual(grid);
    expect(refusal(says({ quant_method: "fp8", weight_block_size: [64, 64] }), tensors).code).toBe("model/fp8-scales");
  });

  it("has stacked experts, each with scales of its own", () => {
    const name = "model.layers.0.mlp.experts.gate_up_proj";
    const stack = (scales: readonly number[], end = "_scale") =>
      resolve({}, { [name]: { dtype: "F8_E4M3", shape: [4, 32, 64] }, [name + end]: scales }).get(name)?.scaled?.grid;
    expect(stack([4, 1, 64])).toEqual({ rows: 32, columns: 64, blockRows: 32, blockColumns: 1 });
    expect(stack([4, 2, 4], "_scales_inv")).toEqual({ rows: 32, columns: 64, blockRows: 16, blockColumns: 16 });
    expect(stack([4])).toEqual({ rows: 32, columns: 64, blockRows: 32, blockColumns: 64 });
    expect(stack([])).toEqual({ rows: 128, columns: 64, blockRows: 128, blockColumns: 64 });
  });

  it("loses the scales of activations and of the key-value cache", () => {
    const others = [".input_scale", ".input_scale_ub", ".activation_scale", ".output_scale"].map((end) => NAME + end);
    const cache = ["k_scale", "v_scale"].map((end) => `model.layers.0.self_attn.${end}`);
    const activations: ToyTensors = Object.fromEntries([...others, ...cache].map((name) => [name, [1]]));
    const kept = [...Object.keys(PLAIN), `${NAME}.weight`];
    expect([...resolve({}, { ...codes(), ...at(".weight_scale", "F32", [1]), ...activations }).keys()]).toEqual(kept);
    const cacheOnly = says({ quant_method: "compressed-tensors", kv_cache_scheme: {} });
    expect([...resolve(cacheOnly, { ...WEIGHT, ...activations }).keys()]).toEqual(kept);
  });

  it("stays as it is where nobody speaks of quantisation", () => {
    expect(resolve({}, codes()).get(`${NAME}.weight`)).toMatchObject({ dtype: "F8_E4M3" });
    expect(scaled(codes())).toBeUndefined();
  });

  it("is refused where codes should have scales and have none", () => {
    const other = at(".weight", "F8_E4M3", [32, 32]);
    const one = { "lm_head.weight": { dtype: "F8_E4M3" as const, shape: [100, 32] }, "lm_head.weight_scale": [1] };
    for (const [config, tensors, files] of [
      [says({ quant_method: "fp8" }), other, []],
      [says({ quant_method: "compressed-tensors", format: "float-quantized" }), other, []],
      [{}, other, ["hf_quant_config.json"]],
      [{}, { ...one, ...other }, []],
    ] as const) {
      expect(refusal(config, tensors, files)).toMatchObject({
        code: "model/fp8-without-scales",
        facts: { model: "toy", tensor: `${NAME}.weight`, dtype: "F8_E4M3" },
      });
    }
  });

  it.each<[string, readonly number[], readonly number[], DType]>([
    ["more scales than rows", [32, 48], [64, 1], "F32"],
    ["scales of another rank", [32, 48], [1, 32, 1], "F32"],
    ["fewer than the rows, in a list", [32, 48], [3], "F32"],
    ["blocks of no one size", [300, 300], [7, 50], "F32"],
    ["integers for scales", [32, 48], [32, 1], "U8"],
  ])("is refused where scales do not fit: %s", (_, shape, scales, dtype) => {
    const error = refusal({}, { ...codes([...shape]), ...at(".weight_scale", dtype, scales) });
    expect(error.code).toMatch(dtype === "U8" ? "model/" : "model/fp8-scales");
    if (dtype !== "U8")
      expect(error.facts).toMatchObject({ shape: `[${shape.join(", ")}]`, found: `[${scales.join(", ")}]` });
  });

  it("is refused where the loader rotates what it computes with", () => {
    const rotated = says({ quant_method: "compressed-tensors", transform_config: { config_groups: { u: {} } } });
    expect(refusal(rotated, { ...codes(), ...at(".weight_scale", "F32", [1]) }).code).toBe("model/quantised");
  });
});

describe("a full-precision model with a stale quantization_config", () => {
  it.each(["bitsandbytes", "gptq", "awq", "fp8", "compressed-tensors", "mxfp4"])(
    "of %s is accepted as it is",
    (method) => {
      const tensors = resolve(says({ quant_method: method, bits: 4 }), WEIGHT, ["quantize_config.json"]);
      expect([...tensors.keys()]).toEqual([...Object.keys(PLAIN), `${NAME}.weight`]);
      expect([...tensors.values()].every(({ scaled, dtype }) => scaled === undefined && dtype === "BF16")).toBe(true);
    },
  );
});
