import { describe, expect, it } from "vitest";
import { type ToyLlama, toyCheckpoint, toyLlama } from "../../model/checkpoint.testing";
import { layerGroups } from "../../model/layout/layerOf";
import { testMethods } from "./methods.testing";
import { planMerge } from "./planMerge";

/** Ten times what the slowest takes on a busy machine; what these took before had no end. */
const SECONDS = 60;

/** Plans, and insists that it comes to an end. */
function planned(text: string, toy: ToyLlama = {}) {
  const models = new Map(["a", "b"].map((key) => [key, toyLlama(key, toy)]));
  const start = performance.now();
  const report = planMerge(text, models, testMethods, { budgetBytes: 2 ** 30 });
  expect((performance.now() - start) / 1000).toBeLessThan(SECONDS);
  return { codes: report.problems.map(({ code }) => code), ...report };
}

const stack = (ranges: readonly string[]) =>
  `merge_method: passthrough\nslices:\n${ranges.map((range) => `- sources: [{model: a, layer_range: ${range}}]\n`).join("")}`;
const WHOLE = "merge_method: linear\nparameters: {weight: 1}\nmodels: [{model: a}, {model: b}]\n";

describe("layers that are not there", () => {
  it.each(["[0, 1000000000]", "[-5, 2]", "[-1000000000, 1000000000]", "[999999999, 1000000000]"])(
    "layer_range: %s is an error, at once",
    (range) => {
      expect(planned(stack([range])).codes).toContain("plan/layer-range");
    },
  );

  it("num_hidden_layers: 1000000 is an error with both numbers", () => {
    const { problems } = planned(WHOLE, { config: { num_hidden_layers: 1_000_000 } });
    expect(problems).toMatchObject([
      { code: "plan/layers-missing", severity: "error", facts: { model: "a", found: 1_000_000, expected: 4 } },
      { code: "plan/layers-missing", severity: "error", facts: { model: "b", found: 1_000_000, expected: 4 } },
    ]);
  });

  it("a config that counts a million layers keeps no stack from taking those that are there", () => {
    const { plan } = planned(stack(["[0, 2]", "[1, 4]"]), { config: { num_hidden_layers: 1_000_000 } });
    expect(plan?.config.num_hidden_layers).toBe(5);
  });

  it("a tensor called layers.99999999 is no layer, and stays", () => {
    const far = "model.layers.99999999.self_attn.q_proj.weight";
    const config = { num_hidden_layers: null };
    const { plan } = planned(WHOLE, { extra: { [far]: [2, 2] }, config });
    expect(plan?.tensors.map(({ name }) => name)).toContain(far);
    expect(plan?.tensors.length).toBe(4 * 9 + 3 + 1);
    expect(layerGroups(toyLlama("a", { extra: { [far]: [2, 2] }, config }), 1).depth).toBe(4);
  });

  it("nor is it one where nobody described the architecture", () => {
    const names = ["h.0.w", "h.1.w", "h.3.w", "h.99999999.w", "t.500000000.w"];
    const tensors = Object.fromEntries(names.map((name) => [name, [2, 2]]));
    const config = { architectures: ["Unheard"], text_config: { num_hidden_layers: 1_000_000 } };
    const models = new Map(["a", "b"].map((key) => [key, toyCheckpoint(key, config, tensors)]));
    const { plan } = planMerge(WHOLE, models, testMethods, { budgetBytes: 2 ** 30 });
    expect(plan?.tensors.map(({ name }) => name).sort()).toEqual(names.toSorted());
  });

  it("other numbers of a config that no file bears out cost nothing", () => {
    const config = {
      num_attention_heads: 1e9,
      vocab_size: 1e12,
      num_experts: 1e9,
      layer_types: Array.from({ length: 1_000_000 }, () => "full_attention"),
    };
    expect(planned(WHOLE, { config }).codes).not.toContain("plan/too-many-tensors");
  });
});

describe("a recipe that multiplies what is there", () => {
  it("may have 5,400 slices", () => {
    const { plan, codes } = planned(stack(Array.from({ length: 5400 }, () => "[0, 4]")));
    expect(codes.filter((code) => code.startsWith("plan/too"))).toEqual([]);
    expect(plan?.tensors.length).toBe(5400 * 4 * 9 + 3);
  });

  it("is refused before it is made where that would be more tensors than any model has", () => {
    const { codes } = planned(stack(Array.from({ length: 5400 }, () => "[0, 12]")), { layers: 12 });
    expect(codes).toContain("plan/too-many-tensors");
  });

  it("is refused where every tensor would have to be held against thousands of filters", () => {
    const filters = Array.from({ length: 5000 }, (_, k) => `{filter: no${k}, value: 1}`).join(", ");
    const text = `merge_method: linear\nparameters: {weight: [${filters}, {value: 1}]}\nslices:\n${"- sources: [{model: a, layer_range: [0, 4]}]\n".repeat(800)}`;
    expect(planned(text).codes).toContain("plan/too-much-work");
  });
});
