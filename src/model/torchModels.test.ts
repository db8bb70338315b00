import { expect, it } from "vitest";
import { elementCount } from "../formats/tensor";
import { MemoryFolder } from "../io/memory";
import { nodeFolder } from "../io/node";
import { modelFacts } from "./facts";
import { openCheckpoint } from "./open";

const open = (name: string) => openCheckpoint(name, nodeFolder(`e2e/golden/torch/${name}`));

it.each(["zip", "legacy", "sharded"])(
  "a model in pytorch_model.bin (%s) is the model that its safetensors are",
  async (name) => {
    const [model, truth] = await Promise.all([open(name), open("truth")]);
    expect([...model.tensors.keys()].sort()).toEqual([...truth.tensors.keys()].sort());
    for (const [tensor, { dtype, shape }] of truth.tensors) {
      expect(model.tensors.get(tensor)).toMatchObject({ dtype, shape });
      const count = elementCount(shape);
      expect(await model.weights.read(tensor, 0, count)).toEqual(await truth.weights.read(tensor, 0, count));
    }
    expect(modelFacts(model)).toEqual(modelFacts(truth));
  },
);

it("a model with both is read from its safetensors, as mergekit and transformers do", async () => {
  const files = Object.fromEntries(
    await Promise.all(
      [
        ["truth", "model.safetensors"],
        ["truth", "config.json"],
        ["zip", "pytorch_model.bin"],
      ].map(async ([folder, file]) => {
        const source = await nodeFolder(`e2e/golden/torch/${folder}`).open(file ?? "");
        return [file, await source.read(0, source.size)] as const;
      }),
    ),
  );
  const model = await openCheckpoint("both", new MemoryFolder("both", files));
  expect(new Set([...model.tensors.values()].map(({ file }) => file))).toEqual(new Set(["model.safetensors"]));
});

it("an adapter in adapter_model.bin is the adapter that its safetensors are", async () => {
  const [adapter, truth] = [
    await open("adapter"),
    await openCheckpoint("lora_r4", nodeFolder("e2e/golden/around/models/lora_r4")),
  ];
  const of = ({ adapter: opened }: typeof truth) =>
    opened?.products
      .map(({ module, rank, scale }) => ({ module, rank, scale }))
      .sort((a, b) => (a.module < b.module ? -1 : 1));
  expect(of(adapter)).toEqual(of(truth));
  for (const [tensor, { shape }] of truth.tensors) {
    const count = elementCount(shape);
    expect(await adapter.weights.read(tensor, 0, count)).toEqual(await truth.weights.read(tensor, 0, count));
  }
});
