import { describe, expect, it } from "vitest";
import { type ToyLlama, toyCheckpoint, toyLlama } from "../../../model/checkpoint.testing";
import { a, b, base, LINEAR, places, planOf, problem, report, SLERP, stack, TIES, tensorOf } from "../plan.testing";

const sized = (key: string, width: number, config = {}) =>
  toyLlama(key, { width, config: { hidden_size: width, ...config } });
const configured = (key: string, config: ToyLlama["config"] = {}) =>
  toyLlama(key, { config: { model_type: "llama", hidden_size: 8, num_attention_heads: 2, ...config } });
const TWO = stack("{model: a, layer_range: [0, 2]}", "{model: b, layer_range: [2, 4]}");
const layers = (rest: string, shape: readonly number[]) =>
  Object.fromEntries([0, 1, 2, 3].map((layer) => [`model.layers.${layer}.${rest}`, shape]));
const NEW = { architectures: ["NewForCausalLM"] };

describe("a stack of two models", () => {
  it("of another hidden size is refused with both numbers, from headers and configs", () => {
    expect(problem("plan/unlike-layers", TWO, [sized("a", 8), sized("b", 12)])).toMatchObject({
      severity: "error",
      span: { line: 4 },
      facts: { model: "b", other: "a", sizes: "hidden_size 12 and 8" },
    });
    expect(report(TWO, [sized("a", 8), sized("b", 12)]).plan).toBeUndefined();
  });

  it("of another hidden size is refused also where nobody described the architecture", () => {
    const [x, y] = [sized("a", 8, NEW), sized("b", 12, NEW)];
    expect(problem("plan/unlike-layers", TWO, [x, y])?.severity).toBe("error");
  });

  it("of another intermediate size, fewer key heads or other experts is refused", () => {
    const wide = toyLlama("b", {
      extra: { ...layers("mlp.gate_proj.weight", [20, 8]), ...layers("mlp.up_proj.weight", [20, 8]) },
      config: { intermediate_size: 20 },
    });
    const narrow = toyLlama("b", {
      extra: { ...layers("self_attn.k_proj.weight", [4, 8]), ...layers("self_attn.v_proj.weight", [4, 8]) },
    });
    const experts = (key: string, count: number) =>
      toyLlama(key, {
        extra: Object.assign({}, ...Array.from({ length: count }, (_, k) => layers(`moe.experts.${k}.w`, [4, 8]))),
        config: { ...NEW, num_local_experts: count },
      });
    expect(
      problem("plan/unlike-layers", TWO, [toyLlama("a", { config: { intermediate_size: 16 } }), wide]),
    ).toMatchObject({ facts: { found: "[20, 8]", expected: "[16, 8]", sizes: "intermediate_size 20 and 16" } });
    expect(problem("plan/unlike-layers", TWO, [a, narrow])?.facts).toMatchObject({ found: "[4, 8]" });
    expect(problem("plan/foreign-tensor", TWO, [experts("a", 2), experts("b", 3)])?.facts).toMatchObject({
      sizes: "num_experts 3 and 2",
    });
    expect(problem("plan/lacking-tensor", TWO, [experts("a", 3), experts("b", 2)])?.facts).toMatchObject({
      tensors: 2,
    });
  });

  it("of which one has norms or biases that the other lacks is refused", () => {
    const normed = (key: string) => toyLlama(key, { extra: layers("self_attn.q_norm.weight", [8]) });
    const biased = (key: string) => toyLlama(key, { extra: layers("self_attn.q_proj.bias", [8]) });
    expect(problem("plan/foreign-tensor", TWO, [a, normed("b")])?.facts).toMatchObject({ model: "b", tensors: 2 });
    expect(problem("plan/foreign-tensor", TWO, [a, biased("b")])?.severity).toBe("error");
    expect(problem("plan/lacking-tensor", TWO, [biased("a"), b])?.severity).toBe("error");
    expect(places(TWO, [biased("a"), biased("b")])).toEqual([]);
  });

  it("whose layers are of two kinds each passes where both have the same kinds", () => {
    const mixed = (key: string) =>
      toyLlama(key, {
        config: NEW,
        extra: { "model.layers.1.mlp.up_proj.weight": [24, 8], "model.layers.3.mlp.up_proj.weight": [24, 8] },
      });
    expect(report(TWO, [mixed("a"), mixed("b")]).plan).toBeDefined();
    expect(
      problem(
        "plan/unlike-layers",
        TWO,
        [a, mixed("b")].map((model) => ({ ...model, config: { ...model.config, ...NEW } })),
      ),
    ).toMatchObject({
      facts: { found: "[24, 8]", expected: "[16, 8]" },
    });
  });

  it("whose embedding and head have unlike many rows is refused", () => {
    expect(problem("plan/unlike-rows", TWO, [a, toyLlama("b", { vocabulary: 18 })])).toMatchObject({
      severity: "error",
      tensor: "lm_head.weight",
      facts: { model: "b", found: 18, other: "a", expected: 16 },
    });
    const headFromA = `${TWO}  - sources: [{model: a, layer_range: [4, 4]}]\n`;
    expect(report(headFromA, [a, toyLlama("b", { vocabulary: 18 })]).plan).toBeDefined();
  });

  it("of one model with itself is never at fault", () => {
    const odd = toyLlama("a", { extra: { "model.layers.1.mlp.up_proj.weight": [24, 8] } });
    expect(places(stack("{model: a, layer_range: [0, 3]}", "{model: a, layer_range: [1, 4]}"), [odd])).toEqual([]);
  });
});

describe("a blend", () => {
  it("of a bigger model into a smaller one is refused, also where the method skips unlike shapes", () => {
    const text = TIES.replace("  - {model: a, parameters: {weight: 1}}\n", "");
    expect(problem("plan/shape", text, [sized("base", 8), sized("b", 16)])).toMatchObject({
      severity: "error",
      facts: { model: "b", other: "base", sizes: "hidden_size 16 and 8" },
    });
    expect(problem("plan/shape", LINEAR, [sized("a", 8, NEW), sized("b", 16, NEW)])?.severity).toBe("error");
  });

  it("whose donor of the config has another size than what is merged is refused", () => {
    const text = LINEAR.replace("models:", "base_model: base\nmodels:");
    expect(problem("plan/unlike-layers", text, [a, b, sized("base", 12)])).toMatchObject({
      facts: { other: "base", found: "[8, 8]", expected: "[12, 12]" },
    });
  });

  it("with norms that the donor of the config has not is refused, and one with its biases says so", () => {
    const normed = toyLlama("b", { extra: layers("self_attn.k_norm.weight", [8]) });
    const biased = toyLlama("b", { extra: layers("self_attn.k_proj.bias", [8]) });
    expect(problem("plan/foreign-tensor", LINEAR, [a, normed])).toMatchObject({ severity: "error", span: { line: 5 } });
    expect(places(LINEAR, [a, biased])).toEqual(["plan/partial-tensor 3:12"]);
    expect(
      report(LINEAR.replace("model: a", "model: c").replace("model: b", "model: a").replace("model: c", "model: b"), [
        a,
        normed,
      ]).plan,
    ).toBeDefined();
  });
});

describe("models of one shape", () => {
  it.each([
    [
      { rope_theta: 1_000_000, max_position_embeddings: 4096 },
      { rope_theta: 10_000, max_position_embeddings: 128 },
    ],
    [{ num_attention_heads: 4 }, {}],
    [{ hidden_act: "gelu" }, { hidden_act: "silu" }],
    [{ rms_norm_eps: 1e-5 }, {}],
    [{ sliding_window: 4 }, {}],
    [{ rope_parameters: { rope_type: "yarn", rope_theta: 10_000, factor: 4 } }, {}],
  ])("with %o beside %o are merged with a warning that has both values", (found, expected) => {
    for (const text of [LINEAR, SLERP, TWO]) {
      const models = [configured("a", expected), configured("b", found)];
      const warning = problem("plan/unlike-configs", text, models);
      expect(warning).toMatchObject({ severity: "warning", facts: { models: "b", other: "a" } });
      expect(warning?.facts.differences).toContain(Object.keys(found)[0]?.replace("parameters", "scaling"));
      expect(report(text, models).plan).toBeDefined();
    }
  });

  it("that say a default and leave it out are the same", () => {
    const spelled = { hidden_act: "silu", rope_theta: 10_000, rms_norm_eps: 1e-6, head_dim: 4, num_key_value_heads: 2 };
    expect(places(LINEAR, [configured("a"), configured("b", spelled)])).toEqual([]);
  });

  it("that differ in the same way share one sentence", () => {
    const long = { rope_theta: 5, rope_scaling: { type: "linear", factor: 2 }, max_position_embeddings: 9 };
    const warnings = report(TIES, [configured("a", long), configured("b", long), configured("base")]).problems;
    expect(warnings.map(({ code, facts }) => [code, facts.models])).toEqual([["plan/unlike-configs", "a, b"]]);
  });
});

describe("models with nothing in common", () => {
  const model = (key: string, architecture: string, root: string) =>
    toyCheckpoint(
      key,
      { architectures: [architecture] },
      {
        "lm_head.weight": [16, 8],
        [`${root}.0.mlp.weight`]: [8, 8],
        [`${root}.1.mlp.weight`]: [8, 8],
      },
    );

  it("are an error, not a union", () => {
    const models = [
      model("a", "EyeForConditionalGeneration", "language_model.model.layers"),
      model("b", "LlamaForCausalLM", "model.layers"),
    ];
    for (const text of [LINEAR, SLERP]) {
      expect(problem("plan/nothing-in-common", text, models)).toMatchObject({
        severity: "error",
        facts: { model: "b", layers: "model.layers.…", other: "a", otherLayers: "language_model.model.layers.…" },
      });
    }
  });

  it("are told from one that has an eye beside the same language model", () => {
    const eyed = toyLlama("a", {
      config: { architectures: ["EyeForConditionalGeneration"] },
      extra: { "eye.blocks.0.w": [4] },
    });
    expect(report(LINEAR, [eyed, b]).plan).toBeDefined();
    expect(
      problem(
        "plan/foreign-tensor",
        LINEAR.replace("model: a", "model: c").replace("model: b", "model: a").replace("model: c", "model: b"),
        [eyed, b],
      )?.facts,
    ).toMatchObject({ model: "a" });
  });
});

describe("a merge without layers", () => {
  it.each([
    [
      "slices whose ranges are all empty",
      stack("{model: a, layer_range: [0, 0]}, {model: a, layer_range: [3, 3]}"),
      [a],
      "plan/no-layers 3:39",
    ],
    [
      "a model that has none",
      "merge_method: passthrough\nmodels: [{model: x}]\n",
      [toyCheckpoint("x", {}, { w: [2] })],
      "plan/no-layers 2:18",
    ],
  ] as const)("is refused: %s", (_, text, models, expected) => {
    expect(places(text, models)).toContain(expected);
    expect(report(text, models).plan).toBeUndefined();
  });

  it("is not one whose first and last slice are empty to choose embedding and head", () => {
    expect(
      places(
        stack("{model: a, layer_range: [0, 0]}", "{model: a, layer_range: [0, 4]}", "{model: b, layer_range: [4, 4]}"),
      ),
    ).toEqual([]);
  });
});

describe("tensors without a place", () => {
  const odd = "model.layers.01.mlp.up_proj.weight";

  it("because their number has a leading zero are kept with a warning that lists them with their size", () => {
    for (const config of [{}, NEW]) {
      const zero = (key: string) => toyLlama(key, { config, extra: { [odd]: [16, 8] } });
      expect(problem("plan/odd-number", LINEAR, [zero("a"), zero("b")])).toMatchObject({
        severity: "warning",
        tensor: odd,
        facts: { tensors: 1, bytes: 512 },
      });
      expect(tensorOf(planOf(LINEAR, [zero("a"), zero("b")]), odd)?.inputs).toHaveLength(2);
    }
  });

  it("because their number has a leading zero are an error where layers are renumbered, or missed", () => {
    const zero = toyLlama("a", { extra: { [odd]: [16, 8] } });
    const moved = toyLlama("a", { extra: { [odd]: [16, 8] }, without: ["model.layers.1.mlp.up_proj.weight"] });
    expect(problem("plan/odd-number-in-stack", TWO, [zero, b])?.severity).toBe("error");
    expect(problem("plan/missing-tensor", LINEAR, [moved, b])?.facts).toMatchObject({ tensors: 1 });
  });

  it("because they are there under two names are left out with a warning", () => {
    const twice = toyCheckpoint(
      "a",
      { architectures: ["GPT2LMHeadModel"], n_layer: 0 },
      { "transformer.wte.weight": [4, 2], "wte.weight": [4, 2], "transformer.h.0.ln_1.weight": [2] },
    );
    expect(
      problem("plan/unplaced-tensor", "merge_method: passthrough\nmodels: [{model: a}]\n", [
        { ...twice, config: { ...twice.config, n_layer: 1 } },
      ]),
    ).toMatchObject({
      severity: "warning",
      tensor: "wte.weight",
      facts: { model: "a", bytes: 32 },
    });
  });

  it("are none in an ordinary merge", () => {
    for (const text of [LINEAR, SLERP, TIES, TWO]) expect(places(text, [a, b, base])).toEqual([]);
  });
});
