import { afterAll, describe, expect, it } from "vitest";
import { OUTPUT_DTYPES } from "../../../formats/dtypes";
import { normals } from "../../devices/devices.testing";
import { numbersOf, openKernelDevices, place, placeWeight, worst } from "../kernels.testing";
import { addRows } from "./addRows";
import { addScaled } from "./addScaled";
import { capLogits } from "./capLogits";
import { copyRows } from "./copyRows";
import { gatherRows } from "./gatherRows";

const devices = await openKernelDevices();
afterAll(() => {
  for (const { device } of devices) device.close();
});

/** Rows of a flat array. */
const rowOf = (values: Float32Array, row: number, width: number) => [
  ...values.subarray(row * width, (row + 1) * width),
];

describe.each(devices)("rows on $name", ({ device }) => {
  it.each(OUTPUT_DTYPES)("gathers an embedding of %s stripe by stripe", async (dtype) => {
    const ids = Uint32Array.of(0, 79, 3, 40, 39, 3, 12);
    for (const width of [7, 64, 130]) {
      const { weight, values } = await placeWeight(device, normals(1, 81 * width), dtype);
      using wanted = await place(device, ids);
      using y = await place(device, new Float32Array(ids.length * width).fill(9));
      const common = { ids: wanted, y, m: ids.length, width, scale: 3 };
      await gatherRows(device, { ...common, table: { ...weight, row0: 1 }, first: 0, count: 40 });
      const first = [...ids].flatMap((id) =>
        id < 40 ? rowOf(values, id + 1, width).map((value) => 3 * value) : new Array<number>(width).fill(9),
      );
      expect(worst(await numbersOf(device, y, first.length), first, 1e-5)).toBeUndefined();
      await gatherRows(device, { ...common, table: { ...weight, row0: 41 }, first: 40, count: 40 });
      const all = [...ids].flatMap((id) => rowOf(values, id + 1, width).map((value) => 3 * value));
      expect(worst(await numbersOf(device, y, all.length), all, 1e-5)).toBeUndefined();
      weight.buffer[Symbol.dispose]();
    }
  });

  it("adds learnt positions", async () => {
    const [width, held] = [10, normals(2, 30)];
    const { weight, values } = await placeWeight(device, normals(1, 8 * width), "F16");
    using positions = await place(device, Uint32Array.of(2, 0, 7));
    using y = await place(device, held);
    await gatherRows(device, { table: weight, first: 0, count: 8, ids: positions, y, m: 3, width, accumulate: true });
    const expected = [2, 0, 7].flatMap((at) => rowOf(values, at, width)).map((value, i) => value + (held[i] ?? 0));
    expect(worst(await numbersOf(device, y, 30), expected, 1e-6)).toBeUndefined();
    weight.buffer[Symbol.dispose]();
  });

  it("copies rows out of a list, into a list, or both", async () => {
    const width = 70;
    const values = normals(1, 6 * width);
    const lists = { from: Uint32Array.of(5, 0, 3), to: Uint32Array.of(1, 5, 2) };
    using x = await place(device, values);
    for (const used of [[], ["from"], ["to"], ["from", "to"]] as const) {
      using y = await place(device, new Float32Array(6 * width));
      using from = await place(device, lists.from);
      using to = await place(device, lists.to);
      const has = (name: string) => used.some((one) => one === name);
      await copyRows(device, { x, y, m: 3, width, ...(has("from") ? { from } : {}), ...(has("to") ? { to } : {}) });
      const expected = new Float32Array(6 * width);
      for (let i = 0; i < 3; i++) {
        const source = has("from") ? (lists.from[i] ?? 0) : i;
        expected.set(rowOf(values, source, width), (has("to") ? (lists.to[i] ?? 0) : i) * width);
      }
      expect(worst(await numbersOf(device, y, 6 * width), expected, 0)).toBeUndefined();
    }
  });

  it("copies more rows than a dispatch has workgroups side by side", async () => {
    const values = normals(1, 40_000);
    using x = await place(device, values);
    using y = await place(device, new Float32Array(40_000));
    await copyRows(device, { x, y, m: 40_000, width: 1 });
    expect(worst(await numbersOf(device, y, 40_000), values, 0)).toBeUndefined();
  });

  it("adds weighted rows where they belong", async () => {
    const width = 65;
    const [added, held] = [normals(1, 3 * width), normals(2, 5 * width)];
    using x = await place(device, added);
    using y = await place(device, held);
    using to = await place(device, Uint32Array.of(4, 0, 2));
    using weights = await place(device, Float32Array.of(0.25, -1, 3));
    await addRows(device, { x, y, to, weights, m: 3, width });
    const expected = held.map((value, i) => {
      const row = [4, 0, 2].indexOf(Math.floor(i / width));
      return row < 0 ? value : value + ([0.25, -1, 3][row] ?? 0) * (added[row * width + (i % width)] ?? 0);
    });
    expect(worst(await numbersOf(device, y, held.length), expected, 1e-6)).toBeUndefined();
  });

  it.each([1, 255, 257])("adds %i scaled elements", async (count) => {
    const [added, held] = [normals(1, count), normals(2, count)];
    using x = await place(device, added);
    using y = await place(device, held);
    await addScaled(device, { x, y, count, scale: 0.22 });
    await addScaled(device, { x, y, count });
    const expected = held.map((value, i) => value + 1.22 * (added[i] ?? 0));
    expect(worst(await numbersOf(device, y, count), expected, 2e-6)).toBeUndefined();
  });

  it("caps logits softly, however large", async () => {
    const values = Float32Array.of(0, 0.001, -1, 29, -31, 1e4, -1e30, 5);
    using x = await place(device, values);
    await capLogits(device, { x, count: values.length, softCap: 30 });
    const expected = values.map((value) => 30 * Math.tanh(value / 30));
    expect(worst(await numbersOf(device, x, values.length), expected, 1e-5)).toBeUndefined();
  });
});
