import { describe, expect, it } from "vitest";
import { toyLlama } from "../../model/checkpoint.testing";
import { parseRecipe } from "../parse/parse";
import { modelReferences } from "../parse/references";
import { planOf, problem, report } from "../plan/plan.testing";

const expert = (model: string, prompt = model) => `  - source_model: ${model}\n    positive_prompts: [${prompt}]\n`;
const recipe = (experts: string, more = "") => `base_model: base\n${more}experts:\n${experts}`;
const TWO = recipe(expert("a") + expert("b"));
const MODELS = [toyLlama("base"), toyLlama("a"), toyLlama("b")];
const qwen = (key: string) => toyLlama(key, { config: { architectures: ["Qwen3ForCausalLM"], model_type: "qwen3" } });
const codes = (text: string, models = MODELS) => report(text, models).problems.map(({ code }) => code);

describe("a recipe with experts", () => {
  it("names its models: the base first, then the experts, each once", () => {
    const { recipe: parsed } = parseRecipe(recipe(expert("a") + expert("base") + expert("a", "other")));
    expect(parsed && modelReferences(parsed).map(({ key }) => key)).toEqual(["base", "a"]);
  });

  it("becomes a Mixtral of Llamas, whose experts are packed as transformers 5 packs them", () => {
    const plan = planOf(TWO, MODELS);
    const of = (name: string) => plan.tensors.find((tensor) => tensor.name === `model.layers.1.${name}`);
    expect(of("mlp.experts.gate_up_proj")).toMatchObject({ shape: [2, 32, 8], action: "stack" });
    expect(of("mlp.experts.down_proj")).toMatchObject({ shape: [2, 8, 16], action: "stack" });
    expect(of("mlp.gate.weight")).toMatchObject({ shape: [2, 8], action: "make", inputs: [] });
    expect(of("self_attn.q_proj.weight")).toMatchObject({ action: "copy", inputs: [{ model: "base" }] });
    expect(plan.config).toMatchObject({
      architectures: ["MixtralForCausalLM"],
      model_type: "mixtral",
      num_local_experts: 2,
      num_experts_per_tok: 2,
      sliding_window: null,
    });
    expect(plan.sideFiles.map(({ path }) => path)).toContain("mergekit_moe_config.yml");
  });

  it("says how large it becomes, and how much of that a token uses", () => {
    const { facts } =
      problem("mixture/made", recipe(expert("a") + expert("b"), "experts_per_token: 1\n"), MODELS) ?? {};
    const { parameters, active } = facts as { parameters: number; active: number };
    const plan = planOf(TWO, MODELS);
    expect(parameters).toBe(plan.totals.parameters);
    expect(parameters - active).toBe(4 * 3 * 8 * 16); // an expert of each of 4 layers
  });

  it("writes out what Mixtral assumes otherwise than the base", () => {
    const silent = MODELS.map(({ key }) =>
      toyLlama(key, { config: { model_type: "llama", num_key_value_heads: undefined, rms_norm_eps: undefined } }),
    );
    expect(planOf(TWO, silent).config).toMatchObject({ rope_theta: 10_000, rms_norm_eps: 1e-6 });
  });

  it("becomes a Qwen2-MoE where an expert is shared, with zeros for the biases that a Llama lacks", () => {
    const text = `${TWO}shared_experts:\n${expert("base", "c")}    residual_scale: 0.1\n`;
    const plan = planOf(text, MODELS);
    expect(plan.config).toMatchObject({ architectures: ["Qwen2MoeForCausalLM"], num_experts: 2, norm_topk_prob: true });
    const of = (name: string) => plan.tensors.find((tensor) => tensor.name === `model.layers.0.${name}`);
    expect(of("self_attn.q_proj.bias")).toMatchObject({ made: { kind: "zeros" } });
    expect(of("mlp.experts.1.up_proj.weight")).toMatchObject({ action: "copy", inputs: [{ model: "b" }] });
    expect(of("mlp.shared_expert.down_proj.weight")).toMatchObject({ action: "stack" });
    expect(of("mlp.shared_expert_gate.weight")).toMatchObject({ shape: [1, 8] });
    expect(codes(text)).toContain("mixture/zero-biases");
  });

  it("opens the model of a shared expert that is neither base nor expert, where mergekit crashes (FIX)", () => {
    const text = `${TWO}shared_experts:\n${expert("c")}`;
    const plan = planOf(text, [...MODELS, toyLlama("c")]);
    expect(plan.models.map(({ key }) => key)).toEqual(["base", "a", "b", "c"]);
  });

  it("needs no prompts for uniform_random, where mergekit asks for dummies (FIX)", () => {
    const bare = "  - source_model: a\n  - source_model: b\n";
    for (const mode of ["random", "uniform_random"]) {
      expect(planOf(recipe(bare, `gate_mode: ${mode}\n`), MODELS).mixture?.gateMode).toBe(mode);
    }
    expect(codes(recipe(bare))).toContain("mixture/no-prompts");
  });

  it("takes hidden_last for hidden", () => {
    expect(planOf(recipe(expert("a") + expert("b"), "gate_mode: hidden_last\n"), MODELS).mixture?.gateMode).toBe(
      "hidden",
    );
  });

  it.each<[string, string]>([
    ["mixture/gate-mode", recipe(expert("a") + expert("b"), "gate_mode: hiden\n")],
    ["mixture/per-token", recipe(expert("a") + expert("b"), "experts_per_token: 3\n")],
    ["mixture/per-token", recipe(expert("a") + expert("b"), "experts_per_token: 0\n")],
    ["mixture/same-prompts", recipe(expert("a", "x") + expert("b", "x"))],
    ["mixture/same-models", recipe(expert("a", "x") + expert("a", "y"))],
    ["mixture/odd-count", recipe(expert("a") + expert("b") + expert("base"))],
    ["mixture/no-base", `experts:\n${expert("a")}`],
    ["mixture/no-source", recipe("  - positive_prompts: [x]\n")],
    ["mixture/no-experts", recipe("  []\n")],
    ["mixture/kind", recipe(expert("a") + expert("b"), "architecture: deepseek\n")],
    ["mixture/shared", `${TWO}shared_experts:\n${expert("a")}${expert("b")}`],
    ["mixture/number", recipe(`${expert("a")}    noise_scale: much\n${expert("b")}`)],
    ["recipe/unknown-key", recipe(expert("a") + expert("b"), "dtyp: float32\n")],
  ])("is told %s", (code, text) => {
    expect(codes(text)).toContain(code);
  });

  it.each<[string, string, readonly string[]]>([
    ["no-shared", "architecture: qwen\n", ["LlamaForCausalLM", "LlamaForCausalLM"]],
    ["mixed", "", ["LlamaForCausalLM", "NovelForCausalLM"]],
    ["unknown", "", ["Phi3ForCausalLM", "Phi3ForCausalLM"]],
    ["unknown", "architecture: qwen3\n", ["LlamaForCausalLM", "LlamaForCausalLM"]],
  ])("is refused where models make none: %s %s", (reason, more, [base, other]) => {
    const of = (key: string, name = "") => toyLlama(key, { config: { architectures: [name] } });
    const models = [of("base", base), of("a", other), of("b", other)];
    expect(problem("mixture/unfit", recipe(expert("a") + expert("b"), more), models)?.facts).toMatchObject({ reason });
  });

  it("is refused of known architectures that differ, as a merge is", () => {
    const other = toyLlama("b", { config: { architectures: ["Phi3ForCausalLM"] } });
    expect(codes(TWO, [...MODELS.slice(0, 2), other])).toContain("plan/mixed-architectures");
  });

  it("is refused where an expert has matrices of another shape", () => {
    const name = "model.layers.2.mlp.up_proj.weight";
    const wide = toyLlama("b", { extra: { [name]: [24, 8] } });
    expect(problem("mixture/shape", TWO, [...MODELS.slice(0, 2), wide])?.facts).toMatchObject({
      model: "b",
      tensor: name,
      found: "[24, 8]",
      expected: "[16, 8]",
    });
  });

  it("becomes a Qwen3-MoE of Qwen 3", () => {
    const norms = ["q_norm", "k_norm"];
    const named = Array.from({ length: 4 }, (_, n) =>
      norms.map((norm) => `model.layers.${n}.self_attn.${norm}.weight`),
    );
    const extra = Object.fromEntries(named.flat().map((name) => [name, [4]]));
    const models = ["base", "a", "b"].map((key) => toyLlama(key, { config: qwen(key).config, extra }));
    const plan = planOf(TWO, models);
    expect(plan.config).toMatchObject({
      architectures: ["Qwen3MoeForCausalLM"],
      num_experts: 2,
      moe_intermediate_size: 16,
    });
    expect(plan.tensors.map(({ name }) => name)).toContain("model.layers.3.self_attn.q_norm.weight");
  });
});
