import { describe, expect, it } from "vitest";
import type { Checkpoint } from "../../model/checkpoint";
import { type ToyLlama, toyLlama } from "../../model/checkpoint.testing";
import { resolveQuantisation } from "../../model/quantisation/resolve";
import { planOf, report, tensorOf } from "./plan.testing";

const Q = "model.layers.0.self_attn.q_proj.weight";
const LINEAR = `merge_method: linear
models: [{model: a, parameters: {weight: 0.5}}, {model: b, parameters: {weight: 0.5}}]
`;

/** A model opened with one of its matrices in fp8, the rest in BF16. */
function fp8(key: string, config: ToyLlama["config"]): Checkpoint {
  const extra = { [Q]: { dtype: "F8_E4M3" as const, shape: [8, 8] }, [`${Q}_scale`]: [1] };
  const model = toyLlama(key, { dtype: "BF16", extra, ...(config ? { config } : {}) });
  return { ...model, tensors: resolveQuantisation(model, model.tensors) };
}

const QUANTISED = { torch_dtype: "bfloat16", quantization_config: { quant_method: "fbgemm_fp8" } };
const notes = (models: readonly Checkpoint[], recipe = LINEAR) =>
  report(recipe, models).problems.map(({ code, severity, facts }) => ({ code, severity, facts }));

describe("the plan of a merge with scaled fp8", () => {
  const [a, b] = [fp8("a", QUANTISED), fp8("b", QUANTISED)];
  const plain = toyLlama("b", { dtype: "BF16" });

  it("reads codes and scales as one input, as wide as their products", () => {
    const tensor = tensorOf(planOf(`${LINEAR}dtype: float32\n`, [a, b]), Q);
    expect(tensor?.inputs).toMatchObject([
      { model: "a", dtype: "F32", shape: [8, 8], bytes: 64 + 4 },
      { model: "b", dtype: "F32", bytes: 68 },
    ]);
    expect(tensor).toMatchObject({ dtype: "F32", bytes: 4 * 64 });
    expect(planOf(LINEAR, [a, b]).tensors.some(({ name }) => name.includes("scale"))).toBe(false);
  });

  it("says which models it widens, and that the output is not quantised", () => {
    expect(notes([a, b])).toEqual([
      { code: "plan/widened", severity: "note", facts: { model: "a", dtype: "F8_E4M3", count: 1 } },
      {
        code: "plan/not-quantised",
        severity: "note",
        facts: { model: "a", key: "quantization_config", format: "fp8" },
      },
      { code: "plan/widened", severity: "note", facts: { model: "b", dtype: "F8_E4M3", count: 1 } },
    ]);
    expect(planOf(LINEAR, [a, plain]).config).not.toHaveProperty("quantization_config");
  });

  it("writes what the recipe says, else what the config says it computes in, else BF16, and config.json agrees", () => {
    const written = (config: ToyLlama["config"], recipe = LINEAR) => {
      const plan = planOf(recipe, [fp8("a", config), plain]);
      return [tensorOf(plan, Q)?.dtype, plan.config.torch_dtype, plan.config.dtype];
    };
    expect(written(QUANTISED)).toEqual(["BF16", "bfloat16", undefined]);
    expect(written({ ...QUANTISED, torch_dtype: "torch.float16" })).toEqual(["F16", "torch.float16", undefined]);
    expect(written({ torch_dtype: undefined, dtype: "float32" })).toEqual(["F32", undefined, "float32"]);
    expect(written({ torch_dtype: undefined })).toEqual(["BF16", "bfloat16", "bfloat16"]);
    expect(written({ torch_dtype: "float8_e4m3fn" })).toEqual(["BF16", "bfloat16", undefined]);
    expect(written(QUANTISED, `${LINEAR}out_dtype: float32\n`)).toEqual(["F32", "float32", undefined]);
  });

  it("also where one model's codes are copied alone", () => {
    const alone = "merge_method: passthrough\nmodels: [{model: a}]\n";
    expect(tensorOf(planOf(alone, [a]), Q)).toMatchObject({ dtype: "BF16", bytes: 128 });
  });
});

describe("the plan of a merge whose donor has a stale quantization_config", () => {
  it("leaves it out, wherever it stands, and says so once", () => {
    const stale = { quant_method: "bitsandbytes", load_in_4bit: true };
    const config = { quantization_config: stale, text_config: { quantization_config: stale, x: 1 } };
    const models = [toyLlama("a", { config }), toyLlama("b")];
    expect(notes(models)).toEqual([
      {
        code: "plan/not-quantised",
        severity: "note",
        facts: {
          model: "a",
          key: "quantization_config, text_config.quantization_config",
          format: "bitsandbytes 4-bit",
        },
      },
    ]);
    const { config: output, sideFiles } = planOf(LINEAR, models);
    expect(output).not.toHaveProperty("quantization_config");
    expect(output.text_config).toEqual({ x: 1 });
    const text = sideFiles.find(({ path }) => path === "config.json");
    expect(JSON.parse(text?.kind === "text" ? text.text : "")).toEqual(output);
  });

  it("does not mind one of a model that is no donor", () => {
    const config = { quantization_config: { quant_method: "awq" } };
    expect(notes([toyLlama("a"), toyLlama("b", { config })])).toEqual([]);
  });
});
