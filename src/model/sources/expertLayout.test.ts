import { describe, expect, it } from "vitest";
import { LEAF } from "../../compute/blocks";
import { elementCount } from "../../formats/tensor";
import { expertLayoutOf, withExperts } from "./expertLayout";
import { toyModel, valuesOf } from "./expertLayout.testing";

/** A width and a hidden size whose product is no multiple of a leaf. */
const [EXPERTS, WIDTH, HIDDEN] = [3, 40, 31];

describe("experts, packed and one by one", () => {
  const each = toyModel("gate_proj", EXPERTS, WIDTH, HIDDEN);
  const mixtral = toyModel("w1", EXPERTS, WIDTH, HIDDEN);
  const packed = toyModel("packed", EXPERTS, WIDTH, HIDDEN);
  const all = { packed, gate_proj: each, w1: mixtral } as const;
  const layouts = ["packed", "gate_proj", "w1"] as const;

  it.each(layouts)("%s is told from the names", (layout) => {
    expect(expertLayoutOf(all[layout])).toBe(layout);
    expect(withExperts(all[layout], layout)).toBe(all[layout]);
  });

  it.each(layouts.flatMap((from) => layouts.map((to) => [from, to] as const)))(
    "%s read as %s is what that stores",
    async (from, to) => {
      const model = withExperts(all[from], to);
      if (!model) throw new Error("It can be read so.");
      expect([...model.tensors.keys()].sort()).toEqual([...all[to].tensors.keys()].sort());
      expect(await valuesOf(model)).toEqual(await valuesOf(all[to]));
      expect(withExperts(all[from], to)).toBe(model);
    },
  );

  it("is read in stretches from the start of a leaf on", async () => {
    const model = withExperts(each, "packed");
    const name = "model.layers.0.mlp.experts.gate_up_proj";
    const whole = await valuesOf(packed);
    const count = elementCount([EXPERTS, 2 * WIDTH, HIDDEN]);
    for (const [start, end] of [
      [LEAF, LEAF + 7],
      [2 * LEAF, count],
    ] as const) {
      const bytes = await model?.weights.read(name, start, end);
      expect([...new Float32Array(bytes?.buffer ?? new ArrayBuffer(0))]).toEqual(whole[name]?.slice(start, end));
    }
  });

  it("is left alone where an expert is missing, or of another shape", () => {
    const without = new Map([...each.tensors].filter(([name]) => !name.includes("experts.1.up_proj")));
    expect(withExperts({ ...each, tensors: without }, "packed")).toBeUndefined();
    const name = "model.layers.0.mlp.experts.1.up_proj.weight";
    const tensor = each.tensors.get(name);
    if (!tensor) throw new Error("It is there.");
    const odd = new Map([...each.tensors, [name, { ...tensor, shape: [1, 1] }]]);
    expect(withExperts({ ...each, tensors: odd }, "packed")).toBeUndefined();
  });
});
