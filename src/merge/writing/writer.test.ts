import { expect, it } from "vitest";
import { openCpuDevice } from "../../compute/devices/cpu";
import { normals, stored } from "../../compute/devices/devices.testing";
import { memorySource } from "../../io/memory";
import type { ByteRange } from "../../io/types";
import { testModel } from "../../model/checkpoint.testing";
import { LayeredSource } from "../../model/sources/layered";
import type { TensorSource } from "../../model/sources/tensorSource";
import { mergeToMemory, modelsOf, sameBytes, type TestRecipe, testPlan } from "../merge.testing";
import { MergedSource } from "../source";
import { writeTensors } from "./writer";

const COUNT = 5000;
const device = openCpuDevice({ reason: "A test asks for it." });

const valuesOf = (seed: number) => normals(seed, COUNT);

function family() {
  const expected: ByteRange[] = [];
  const model = (key: string, seed: number) =>
    testModel(
      key,
      {
        x: { shape: [COUNT], values: valuesOf(seed), dtype: "BF16" },
        y: { shape: [COUNT], values: valuesOf(seed + 10), dtype: "BF16" },
      },
      (bytes) => ({ ...memorySource(key, bytes), expect: (ranges) => expected.push(...ranges) }),
    );
  const [base, tune] = [model("base", 1), model("tune", 2)];
  const recipe: TestRecipe = {
    method: "slerp",
    models: [{ model: base, isBase: true }, { model: tune }],
    globals: { t: 0.3 },
    output: "BF16",
  };
  return { base, recipe, expected };
}

async function written(source: TensorSource, names: readonly string[]): Promise<Uint8Array[]> {
  const outputs = names.map(() => new Uint8Array(COUNT * 2));
  await writeTensors(source, names, {
    device,
    blockBytes: 4096,
    write: async (tensor, at, bytes) => outputs[tensor]?.set(bytes, at),
    tensorDone: async () => undefined,
  });
  return outputs;
}

it("writes a model of which one part is merged and another the base's, each from where it is made or stored", async () => {
  const { base, recipe, expected } = family();
  const merged = new MergedSource(testPlan(recipe), { models: modelsOf(recipe), device });
  const source = new LayeredSource([base.weights, merged], (name) => (name === "x" ? base.weights : merged));
  const [x, y] = await written(source, ["x", "y"]);
  const announced = [...expected];
  const [, whole] = await mergeToMemory(testPlan(recipe), { models: modelsOf(recipe), device });
  expect(sameBytes(x, stored(valuesOf(1), "BF16"))).toBe(true);
  expect(sameBytes(y, whole)).toBe(true);
  // x of the base, y of both: the files hear of those bytes and of no others.
  expect(announced).toEqual([
    { start: 0, end: 2 * COUNT },
    { start: 2 * COUNT, end: 4 * COUNT },
    { start: 2 * COUNT, end: 4 * COUNT },
  ]);
});

it("writes a checkpoint as it is, in any order", async () => {
  const { base } = family();
  const [y, x] = await written(base.weights, ["y", "x"]);
  expect(sameBytes(y, stored(valuesOf(11), "BF16"))).toBe(true);
  expect(sameBytes(x, stored(valuesOf(1), "BF16"))).toBe(true);
});

it("does not write what the source has not", async () => {
  await expect(written(family().base.weights, ["z"])).rejects.toMatchObject({ code: "merge/no-tensor" });
});
