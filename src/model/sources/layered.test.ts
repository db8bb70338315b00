import { describe, expect, it } from "vitest";
import { openCpuDevice } from "../../compute/devices/cpu";
import { widen } from "../../formats/convert";
import { testModel } from "../checkpoint.testing";
import { LayeredSource } from "./layered";

const tensor = (value: number) => ({ shape: [2], values: [value, value] });
const base = testModel("base", { "layers.0.x": tensor(0), "layers.1.x": tensor(1), old: tensor(2) }).weights;
const merge = testModel("merge", { "layers.0.x": tensor(10), "layers.1.x": tensor(11), new: tensor(12) }).weights;
const source = new LayeredSource([base, merge], (name) => (name.startsWith("layers.0") ? base : merge));

describe("LayeredSource", () => {
  it("has the tensors of the chosen sources, and only those", () => {
    expect([...source.tensors.keys()]).toEqual(["layers.0.x", "layers.1.x", "new"]);
    expect(source.tensors.get("layers.1.x")).toBe(merge.tensors.get("layers.1.x"));
  });

  it("reads and places each tensor from the source that is chosen for it", async () => {
    const device = openCpuDevice({ reason: "A test asks for it." });
    expect([...widen(await source.read("layers.0.x", 0, 2), "F32")]).toEqual([0, 0]);
    using placed = await source.place("layers.1.x", 0, 2, device);
    expect([...widen(await device.read(placed.buffer, 0, 8), "F32")]).toEqual([11, 11]);
  });

  it("does not ask another source for what the chosen one lacks", async () => {
    await expect(source.read("old", 0, 2)).rejects.toMatchObject({ code: "merge/no-tensor" });
  });
});
