import { describe, expect, it } from "vitest";
import { toyLlama } from "../../model/checkpoint.testing";
import { a, b, base, LINEAR, places, planOf, problem, report, stack, TIES, tensorOf } from "./plan.testing";

describe("missing and surplus tensors", () => {
  const up = "model.layers.0.mlp.up_proj.weight";

  it("that are required are one error per model", () => {
    const lacking = toyLlama("b", { without: [up, "model.norm.weight"] });
    expect(problem("plan/missing-tensor", LINEAR, [a, lacking])).toMatchObject({
      severity: "error",
      span: { line: 5, column: 12 },
      facts: { model: "b", tensors: 2 },
    });
  });

  it("that one model alone has are kept, with a note", () => {
    const bias = "model.layers.2.self_attn.q_proj.bias";
    const odd = "model.adapter.weight";
    const more = toyLlama("b", { extra: { [bias]: [8], [odd]: [8] } });
    const plan = planOf(LINEAR, [a, more]);
    expect(tensorOf(plan, bias)?.inputs.map(({ model }) => model)).toEqual(["b"]);
    expect(tensorOf(plan, odd)?.inputs.map(({ model }) => model)).toEqual(["b"]);
    expect(problem("plan/partial-tensor", LINEAR, [a, more])).toMatchObject({
      severity: "warning",
      facts: { tensors: 2 },
    });
    expect(problem("plan/unnamed-tensor", LINEAR, [a, more])).toMatchObject({ severity: "note", tensor: odd });
  });

  it("that the base lacks are copied, since there is nothing to compare with", () => {
    const bias = "model.layers.2.self_attn.q_proj.bias";
    const more = toyLlama("b", { extra: { [bias]: [8] } });
    const plan = planOf(TIES, [a, more, base]);
    expect(tensorOf(plan, bias)).toMatchObject({ action: "copy", inputs: [{ model: "b" }] });
    expect(problem("plan/copied-tensor", TIES, [a, more, base])).toMatchObject({ severity: "warning", tensor: bias });
  });

  it("that only the base has are copied from it", () => {
    const bias = "model.layers.2.self_attn.q_proj.bias";
    const more = toyLlama("base", { extra: { [bias]: [8] } });
    expect(tensorOf(planOf(TIES, [a, b, more]), bias)).toMatchObject({ action: "copy", inputs: [{ model: "base" }] });
  });

  it("of integers, and buffers, are copied from the base as they are", () => {
    const ids = "model.ids";
    const frequencies = "model.layers.0.self_attn.rotary_emb.inv_freq";
    const extra = { [ids]: { dtype: "I64" as const, shape: [4] }, [frequencies]: [2] };
    const models = ["a", "b", "base"].map((key) => toyLlama(key, { extra }));
    const text = `${TIES}dtype: bfloat16\n`;
    const plan = planOf(text, models);
    expect(tensorOf(plan, ids)).toMatchObject({ action: "copy", dtype: "I64", bytes: 32, inputs: [{ model: "base" }] });
    expect(tensorOf(plan, frequencies)).toMatchObject({ action: "copy", dtype: "F32", inputs: [{ model: "base" }] });
    expect(problem("plan/copied-integers", text, models)).toMatchObject({ severity: "warning", facts: { tensors: 1 } });
  });

  it("of doubles are an error", () => {
    const extra = { "model.extra": { dtype: "F64" as const, shape: [2] } };
    expect(places(LINEAR, [toyLlama("a", { extra }), b])).toContain("plan/dtype 3:12");
  });
});

describe("tied heads", () => {
  const tied = (key: string) => toyLlama(key, { head: false });

  it("of all models leave the head out", () => {
    const plan = planOf(LINEAR, [tied("a"), tied("b")]);
    expect(tensorOf(plan, "lm_head.weight")).toBeUndefined();
    expect(plan.config.tie_word_embeddings).toBe(true);
  });

  it("beside an untied one lend their embedding, and the config says so", () => {
    const models = [tied("a"), b];
    const plan = planOf(LINEAR, models);
    expect(tensorOf(plan, "lm_head.weight")?.inputs.map(({ tensor }) => tensor)).toEqual([
      "model.embed_tokens.weight",
      "lm_head.weight",
    ]);
    expect(plan.config.tie_word_embeddings).toBe(false);
    expect(problem("plan/tied-head", LINEAR, models)?.severity).toBe("note");
  });

  it("of models that store a useless head leave the config alone", () => {
    const config = { tie_word_embeddings: true };
    const plan = planOf(LINEAR, [toyLlama("a", { config }), toyLlama("b", { config })]);
    expect(plan.config.tie_word_embeddings).toBe(true);
  });

  it("write a head where embedding and head come from different models", () => {
    const text = stack("{model: a, layer_range: [0, 4]}", "{model: b, layer_range: [4, 4]}");
    const plan = planOf(text, [a, tied("b")]);
    expect(tensorOf(plan, "lm_head.weight")?.inputs).toMatchObject([
      { model: "b", tensor: "model.embed_tokens.weight" },
    ]);
    expect(plan.config.tie_word_embeddings).toBe(false);
  });

  it("are declared where the config forgot them", () => {
    const silent = toyLlama("a", { head: false, config: { tie_word_embeddings: false } });
    const plan = planOf("merge_method: passthrough\nmodels: [{model: a}]\n", [silent]);
    expect(plan.config.tie_word_embeddings).toBe(true);
  });
});

describe("unlike shapes", () => {
  const small = toyLlama("b", { vocabulary: 14 });
  const wide = toyLlama("b", { width: 10 });

  it("of embeddings are cropped to the smallest, and the config follows", () => {
    const plan = planOf(LINEAR, [a, small]);
    const embedding = tensorOf(plan, "model.embed_tokens.weight");
    expect(embedding).toMatchObject({ shape: [14, 8], bytes: 14 * 8 * 4 });
    expect(embedding?.inputs.map(({ bytes, shape }) => [bytes, shape])).toEqual([
      [14 * 8 * 4, [16, 8]],
      [14 * 8 * 4, [14, 8]],
    ]);
    expect(plan.config.vocab_size).toBe(14);
    expect(problem("plan/cropped", LINEAR, [a, small])).toMatchObject({
      severity: "warning",
      facts: { model: "a", tensors: 2 },
    });
    expect(problem("plan/vocabulary-size", LINEAR, [a, small])?.severity).toBe("note");
  });

  it("of embeddings are cropped to the base's size, or an error where a model is smaller", () => {
    const large = toyLlama("b", { vocabulary: 20 });
    expect(tensorOf(planOf(TIES, [a, large, base]), "lm_head.weight")).toMatchObject({ shape: [16, 8] });
    expect(places(TIES, [a, small, base])).toContain("plan/shape 5:13");
  });

  it("of hidden columns are never cropped, whatever the method", () => {
    for (const [text, models] of [
      [LINEAR, [a, wide]],
      [TIES, [a, wide, base]],
    ] as const) {
      expect(problem("plan/shape", text, models)).toMatchObject({
        severity: "error",
        facts: { model: "b", found: "[16, 10]", expected: "[16, 8]" },
      });
    }
  });

  describe("of what stands beside the layers and not every model needs", () => {
    const more = (key: string, size: number) => toyLlama(key, { extra: { "score.weight": [size, 8] } });

    it("leave the model out in the task-vector family, and are an error elsewhere", () => {
      const models = [more("a", 2), more("b", 3), more("base", 2)];
      const plan = planOf(TIES, models);
      expect(tensorOf(plan, "score.weight")?.inputs.map(({ model }) => model)).toEqual(["a", "base"]);
      expect(problem("plan/skipped-shape", TIES, models)).toMatchObject({ severity: "warning", facts: { model: "b" } });
      expect(problem("plan/shape", LINEAR, models)).toMatchObject({ severity: "error", span: { line: 5, column: 12 } });
    });

    it("that leave nobody but the base copy it", () => {
      const text = TIES.replace("  - {model: a, parameters: {weight: 1}}\n", "");
      expect(tensorOf(planOf(text, [more("b", 3), more("base", 2)]), "score.weight")).toMatchObject({
        action: "copy",
        inputs: [{ model: "base" }],
      });
    });
  });
});

describe("dtypes", () => {
  const half = (key: string) => toyLlama(key, { dtype: "BF16" });

  it("are as stored in the base or first input, else what the recipe says", () => {
    expect(planOf(LINEAR, [half("a"), b]).tensors[0]?.dtype).toBe("BF16");
    expect(planOf(LINEAR, [half("a"), b]).outputDType).toBe("as stored");
    expect(planOf(`${LINEAR}dtype: float16\n`).tensors[0]?.dtype).toBe("F16");
    const both = planOf(`${LINEAR}dtype: float32\nout_dtype: torch.bfloat16\n`);
    expect(both.tensors[0]?.dtype).toBe("BF16");
    expect(both.config.torch_dtype).toBe("bfloat16");
    expect(both.config).not.toHaveProperty("dtype");
  });

  it("are written in the donor's spelling, in both where it has none", () => {
    const silent = toyLlama("a", { config: { torch_dtype: undefined } });
    const plan = planOf(`${LINEAR}dtype: float16\n`, [silent, b]);
    expect(plan.config).toMatchObject({ dtype: "float16", torch_dtype: "float16" });
  });

  it("of eight bits cannot be written", () => {
    const eight = toyLlama("a", { dtype: "F8_E4M3" });
    expect(problem("plan/output-dtype", LINEAR, [eight, b])).toMatchObject({ severity: "error", span: { line: 3 } });
    expect(report(`${LINEAR}dtype: bfloat16\n`, [eight, b]).problems).toEqual([]);
  });
});
