import { afterAll, describe, expect, it } from "vitest";
import { openCpuDevice } from "../compute/devices/cpu";
import { openTestWasm } from "../compute/devices/wasm/wasm.testing";
import { type TestTensor, testModel, toyCheckpoint } from "../model/checkpoint.testing";
import { tensorDrift } from "./drift";

const devices = [openCpuDevice({ reason: "A test asks for it." }), await openTestWasm()];
afterAll(() => {
  for (const device of devices) device.close();
});

describe.each(devices)("tensorDrift on $info.name", (device) => {
  const drift = (base: TestTensor, merged: TestTensor, layer?: number) =>
    tensorDrift(testModel("base", { x: base }).weights, testModel("merged", { x: merged }).weights, "x", device, {
      layer,
    });

  const row = (...values: readonly number[]): TestTensor => ({ shape: [values.length], values });

  it("is the length of the change, and the length after it, against the base's", async () => {
    expect(await drift(row(3, 4), row(3, 8), 7)).toEqual({
      tensor: "x",
      layer: 7,
      relative: 4 / 5,
      norm: Math.sqrt(73 / 25),
      nonFinite: 0,
    });
    expect(await drift(row(3, 4), row(3, 4))).toEqual({ tensor: "x", relative: 0, norm: 1, nonFinite: 0 });
  });

  it("sees a change that the squares of the whole would lose", async () => {
    const found = await drift(row(1000, 1000), row(1000, 1000.001));
    expect(found?.relative).toBeCloseTo((Math.fround(1000.001) - 1000) / Math.hypot(1000, 1000), 9);
  });

  it("counts NaN and Inf, and keeps them out of the norms", async () => {
    expect(await drift(row(3, 4, 1, 1), row(3, 8, Number.NaN, Number.NEGATIVE_INFINITY))).toEqual({
      tensor: "x",
      relative: 4 / 5,
      norm: Math.sqrt(73 / 25),
      nonFinite: 2,
    });
    expect(await drift(row(3, Number.NaN), row(6, 1))).toMatchObject({ relative: 1, norm: 2, nonFinite: 0 });
  });

  it("says where only the base is zero", async () => {
    expect(await drift(row(0, 0), row(0, 1))).toMatchObject({ relative: Number.POSITIVE_INFINITY });
    expect(await drift(row(0, 0), row(0, 0))).toMatchObject({ relative: 0, norm: 1 });
  });

  it("compares tensors of unlike types and the rows that both have", async () => {
    const base: TestTensor = { shape: [2, 2], values: [1, 2, 2, 4], dtype: "BF16" };
    const merged: TestTensor = { shape: [3, 2], values: [2, 4, 4, 8, 100, 100] };
    expect(await drift(base, merged)).toMatchObject({ relative: 1, norm: 2 });
  });

  it("has nothing to say of what cannot be compared", async () => {
    expect(await drift(row(1, 2), row(1, 2, 3))).toBeUndefined();
    const integers = toyCheckpoint("a", {}, { x: { dtype: "I64", shape: [2] } }).weights;
    expect(await tensorDrift(integers, integers, "x", device)).toBeUndefined();
    expect(await tensorDrift(integers, integers, "y", device)).toBeUndefined();
  });
});
