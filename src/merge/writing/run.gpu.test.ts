import { expect, it } from "vitest";
import type { Bytes } from "../../base/bytes";
import { normals } from "../../compute/devices/devices.testing";
import { openWebGpuDevice } from "../../compute/devices/webgpu";
import { testModel } from "../../model/checkpoint.testing";
import { mergeToMemory, modelsOf, sameBytes, type TestRecipe, testPlan } from "../merge.testing";
import { runMerge } from "./run";

it("goes on with a new device from the last finished tensor when the GPU goes away", async () => {
  const values = normals(1, 5000);
  const tensors = Object.fromEntries(["a", "b", "c"].map((name) => [name, { shape: [5000], values }]));
  const recipe: TestRecipe = {
    method: "linear",
    models: [{ model: testModel("m", tensors), parameters: { weight: 0.5 } }],
    globals: { normalize: false },
  };
  const plan = testPlan(recipe);
  const outputs = plan.tensors.map(({ bytes }) => new Uint8Array(bytes));
  const finished = new Set<number>();
  const sink = {
    models: modelsOf(recipe),
    write: async (tensor: number, at: number, bytes: Bytes) => outputs[tensor]?.set(bytes, at),
  };
  const first = await openWebGpuDevice({ gpu: navigator.gpu });
  const run = runMerge(plan, {
    ...sink,
    device: first,
    async tensorDone(tensor) {
      finished.add(tensor);
      first.lose();
      await first.lost;
    },
  });
  await expect(run).rejects.toMatchObject({ code: "gpu/lost" });
  expect([...finished]).toEqual([0]);

  const second = await openWebGpuDevice({ gpu: navigator.gpu });
  await runMerge(plan, { ...sink, device: second, skip: finished, tensorDone: async () => undefined });
  const whole = await mergeToMemory(plan, { models: sink.models, device: second });
  expect(outputs.every((bytes, tensor) => sameBytes(bytes, whole[tensor]))).toBe(true);
  second.close();
});
