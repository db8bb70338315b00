import { describe, expect, it } from "vitest";
import type { ResolvedParameters } from "../recipe/facts";
import { findMethod, methods } from "./registry";

const problemsOf = (
  id: string,
  perModel: readonly ResolvedParameters[],
  globals: ResolvedParameters = {},
  elements = 1000,
) => findMethod(id).check?.({ elements, globals, perModel }) ?? [];

describe("methods", () => {
  it("are known by their ids", () => {
    expect(methods.map(({ id }) => id)).toEqual([
      "linear",
      "slerp",
      "nuslerp",
      "multislerp",
      "karcher",
      "task_arithmetic",
      "ties",
      "dare_linear",
      "dare_ties",
      "della",
      "della_linear",
      "breadcrumbs",
      "breadcrumbs_ties",
      "model_stock",
      "nearswap",
      "arcee_fusion",
      "ram",
      "ramplus_tl",
      "sce",
      "passthrough",
    ]);
    expect(() => findMethod("tias")).toThrow('no merge method "tias"');
  });

  // Source: reference/merge-methods.md 1.2
  it.each([
    ["task_arithmetic", false, false],
    ["ties", true, false],
    ["dare_linear", false, true],
    ["dare_ties", false, true],
    ["della", true, true],
    ["della_linear", false, true],
    ["breadcrumbs", false, false],
    ["breadcrumbs_ties", false, false],
  ])("%s has mergekit's defaults", (id, normalize, rescale) => {
    expect(findMethod(id)).toMatchObject({
      base: "required",
      globals: {
        normalize: { default: normalize },
        rescale: { default: rescale },
        lambda: { default: 1 },
        int8_mask: { default: false },
      },
      perModel: { density: { default: 1 } },
    });
    expect(findMethod(id).perModel.weight).not.toHaveProperty("default");
  });

  it("offer defaults that lie in the range of their slider", () => {
    for (const { globals, perModel } of methods) {
      for (const parameter of Object.values({ ...globals, ...perModel })) {
        if (parameter.kind !== "boolean" && parameter.default !== null) expect(parameter.range).toBeDefined();
        if (typeof parameter.default !== "number" || !parameter.range) continue;
        expect(parameter.default).toBeGreaterThanOrEqual(parameter.range[0]);
        expect(parameter.default).toBeLessThanOrEqual(parameter.range[1]);
      }
    }
  });
});

describe("checks", () => {
  it("refuse a negative tol and density, and warn of a tol that empties tensors", () => {
    expect(problemsOf("karcher", [], { tol: -1 })).toMatchObject([{ code: "merge/tol-negative", severity: "error" }]);
    expect(problemsOf("karcher", [], { tol: 30 })).toMatchObject([{ code: "merge/tol-empties", severity: "warning" }]);
    expect(problemsOf("karcher", [], { tol: 0 })).toEqual([]);
    for (const id of ["ties", "dare_linear", "della", "breadcrumbs"]) {
      expect(problemsOf(id, [{ weight: 1, density: -0.5 }]), id).toMatchObject([
        { severity: "error", parameter: "density" },
      ]);
    }
  });

  it("refuse chances of della that are none, and say which epsilon would do", () => {
    const wide = { weight: 1, density: 0.9, epsilon: 0.15 };
    expect(problemsOf("della", [wide])).toMatchObject([
      { code: "merge/epsilon-leaves-range", severity: "error", parameter: "epsilon" },
    ]);
    expect(problemsOf("della", [wide])[0]?.message).toContain("Set epsilon below 0.1.");
    expect(problemsOf("della_linear", [{ ...wide, epsilon: 0.05 }])).toEqual([]);
    expect(
      problemsOf("della_linear", [
        { ...wide, density: 1 },
        { ...wide, density: 0 },
      ]),
    ).toEqual([]);
  });

  it("find weights that add up to nothing", () => {
    const weights = [{ weight: 0.5 }, { weight: -0.5 }];
    expect(problemsOf("linear", weights)).toMatchObject([{ code: "merge/weights-sum-to-zero", severity: "error" }]);
    expect(problemsOf("linear", weights, { normalize: false })).toEqual([]);
    expect(problemsOf("task_arithmetic", weights, { normalize: true })).toEqual([]);
  });

  it("warn of an extrapolating t", () => {
    expect(problemsOf("slerp", [], { t: 1.5 })).toMatchObject([{ code: "merge/t-extrapolates", severity: "warning" }]);
    expect(problemsOf("slerp", [], { t: 1 })).toEqual([]);
  });

  it.each([
    [0.0009, 1000, "0.001"],
    [0, 3, "0.4"],
    [-1, 93 * 32, "0.0004"],
  ])("refuse a ties density of %d for %i elements and name the least that keeps one", (density, elements, least) => {
    const [problem, ...others] = problemsOf("ties", [{ density }], {}, elements);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: "merge/density-keeps-nothing", severity: "error" });
    expect(problem?.message).toContain(`Set it to ${least} or more`);
    expect(problemsOf("ties", [{ density: Number(least) }], {}, elements)).toEqual([]);
  });

  it("let ties keep all of a single element", () => {
    expect(problemsOf("ties", [{ density: 1 }, {}], {}, 1)).toEqual([]);
    expect(problemsOf("ties", [{ density: 0.5 }], {}, 1)).toEqual([]);
    expect(problemsOf("ties", [{ density: 0 }], {}, 1)).toHaveLength(1);
    expect(problemsOf("ties", [{ density: 0 }], {}, 0)).toEqual([]);
  });

  it("refuse a negative keep probability, not one of 0", () => {
    expect(problemsOf("dare_ties", [{ density: -0.1 }])).toMatchObject([{ code: "merge/density-negative" }]);
    expect(problemsOf("dare_linear", [{ density: 0 }])).toEqual([]);
    expect(problemsOf("task_arithmetic", [{ density: -3 }])).toEqual([]);
  });
});
