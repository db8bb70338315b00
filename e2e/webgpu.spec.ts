import { expect, test } from "./studio";
import { expectSameWeights, readWeights } from "./weights";

// Where the adapter is software the studio computes on WebAssembly: these choose WebGPU.

test("the same merge runs on WebGPU where that is chosen, also in software", async ({ studio }) => {
  await studio.open();
  await studio.recipe.ready();
  await expect(studio.run.panel).toContainText("WebAssembly");
  await studio.guard.set(false);
  await studio.run.start();
  await studio.run.done();
  const onThreads = await readWeights((await studio.run.download())["model.safetensors"] ?? new Uint8Array());
  await studio.run.computeOn("WebGPU");
  await studio.run.start();
  await studio.run.done();
  const onWebGpu = await readWeights((await studio.run.download())["model.safetensors"] ?? new Uint8Array());
  expectSameWeights(onWebGpu, onThreads);
});

test("a watched merge on WebGPU keeps what it measured", async ({ studio }) => {
  test.slow();
  await studio.open();
  await studio.recipe.ready();
  await studio.run.computeOn("WebGPU");
  await expect(studio.guard.enabled).toBeChecked();
  await studio.run.start();
  await studio.run.done(180_000);
  await expect(studio.guard.changes).toHaveCount(0);
});
