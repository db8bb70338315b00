import { expect, it } from "vitest";
import { uniformLayout } from "./uniforms";

const layout = uniformLayout({ count: "u32", weight: "f32[]", t: "f32" }, 2);

it("names one field per number", () => {
  expect(layout.wgsl).toBe("struct Uniforms {\n  count: u32,\n  weight_0: f32,\n  weight_1: f32,\n  t: f32,\n}\n");
});

it("packs in the order of the fields, padded to 16 bytes", () => {
  const view = new DataView(layout.pack({ t: 0.5, count: 2 ** 32 - 1, weight: [1, -2] }).buffer);
  expect(view.byteLength).toBe(16);
  expect(view.getUint32(0, true)).toBe(2 ** 32 - 1);
  expect([4, 8, 12].map((at) => view.getFloat32(at, true))).toEqual([1, -2, 0.5]);
});

it("refuses numbers that do not fit the layout", () => {
  expect(() => layout.pack({ count: 1, weight: [1], t: 0 })).toThrow(/"weight" needs 2 numbers/);
  expect(() => layout.pack({ count: 1, weight: [1, 2] })).toThrow(/"t" is one f32/);
});
