import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { memorySource } from "../io/memory";
import { readSafetensors } from "./safetensors";
import { planShards } from "./safetensorsWriter";
import type { TensorFacts } from "./tensor";

const bf16 = (name: string, elements: number): TensorFacts => ({ name, dtype: "BF16", shape: [elements] });

it("writes the very headers that mergekit's files have", async () => {
  const root = "e2e/golden/merge/expected";
  for (const name of readdirSync(root)) {
    const bytes = readFileSync(`${root}/${name}/model.safetensors`);
    const { tensors, dataStart } = await readSafetensors(memorySource("model.safetensors", bytes));
    const [shard, ...more] = planShards([...tensors].reverse(), 0);
    expect(more).toEqual([]);
    expect(shard?.file).toBe("model.safetensors");
    expect(shard?.size).toBe(bytes.length);
    expect(shard?.header).toEqual(new Uint8Array(bytes.subarray(0, dataStart)));
    expect([...(shard?.tensors ?? [])].reverse()).toEqual(tensors);
  }
});

it("closes a file when the next tensor would take it over the limit", () => {
  const shards = planShards([bf16("a", 3), bf16("b", 2), bf16("c", 1), bf16("d", 50), bf16("e", 5)], 10);
  expect(shards.map(({ file, tensors }) => [file, tensors.map(({ name }) => name)])).toEqual([
    ["model-00001-of-00004.safetensors", ["a", "b"]],
    ["model-00002-of-00004.safetensors", ["c"]],
    ["model-00003-of-00004.safetensors", ["d"]],
    ["model-00004-of-00004.safetensors", ["e"]],
  ]);
});

it.each([0, -1, 10_000])("makes one file with the limit %i", (limit) => {
  expect(planShards([bf16("a", 100), bf16("b", 100)], limit).map(({ file }) => file)).toEqual(["model.safetensors"]);
});

it("lays tensors out by dtype, widest first, then by name, and aligns them", async () => {
  const given: TensorFacts[] = [
    { name: "z", dtype: "U8", shape: [3] },
    { name: "b", dtype: "BF16", shape: [1] },
    { name: "half", dtype: "F16", shape: [1] },
    { name: "a", dtype: "BF16", shape: [1] },
    { name: "ids", dtype: "I64", shape: [1] },
    { name: "w", dtype: "F32", shape: [] },
  ];
  const [shard] = planShards(given, 0);
  expect(shard?.tensors.map(({ name }) => name)).toEqual(given.map(({ name }) => name));
  const bytes = new Uint8Array(shard?.size ?? 0);
  bytes.set(shard?.header ?? []);
  const file = await readSafetensors(memorySource("model.safetensors", bytes));
  expect(file.tensors.map(({ name }) => name)).toEqual(["ids", "w", "a", "b", "half", "z"]);
  expect(file.dataStart % 8).toBe(0);
  expect(new Set(file.tensors)).toEqual(new Set(shard?.tensors));
});

it.each([[[bf16("a", 1), bf16("a", 2)]], [[bf16("__metadata__", 1)]]])("refuses a name twice", (tensors) => {
  expect(() => planShards(tensors, 0)).toThrowError(expect.objectContaining({ code: "safetensors/duplicate-name" }));
});

it("needs no tensors", () => {
  const [shard] = planShards([], 5);
  expect(new TextDecoder().decode(shard?.header.subarray(8)).trimEnd()).toBe('{"__metadata__":{"format":"pt"}}');
});
