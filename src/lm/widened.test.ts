import { expect, it } from "vitest";
import { openCpuDevice } from "../compute/devices/cpu";
import type { Folder } from "../io/types";
import { openCheckpoint } from "../model/open";
import { fp8Llama } from "../model/quantisation/fp8Models.testing";
import { openLanguageModel } from "./open";

async function likelihoods(folder: Folder): Promise<readonly (readonly number[])[]> {
  const checkpoint = await openCheckpoint(folder.name, folder);
  const device = openCpuDevice({ reason: "A test asks for it." });
  const { config, weights: source } = checkpoint;
  const model = await openLanguageModel({ config, source, device });
  using activations = await model.embed([
    [1, 5, 39, 9, 0, 22],
    [3, 4],
  ]);
  await model.layers(activations, 0, model.facts.layers);
  return (await model.nll(activations)).map((nll) => [...nll]);
}

it.each(["one", "rows", "blocks"] as const)("measures codes with a scale for %s as their weights", async (kind) => {
  const { codes, plain } = fp8Llama("m", kind, 4);
  const expected = await likelihoods(plain);
  expect(expected.flat().every(Number.isFinite)).toBe(true);
  expect(await likelihoods(codes)).toEqual(expected);
});
