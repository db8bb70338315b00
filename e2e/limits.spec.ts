import { LARGE_RECIPE } from "./largeMerge";
import { expect, test } from "./studio";

test("a full disk is told with both numbers before anything is written", async ({ studio, page }) => {
  const session = await page.context().newCDPSession(page);
  // Before the origin opens its storage: Chromium remembers what is left.
  await session.send("Storage.overrideQuotaForOrigin", { origin: new URL(studio.url).origin, quotaSize: 1_000_000 });
  await studio.open();
  await studio.recipe.ready();
  await studio.run.start();
  await expect(studio.run.status).toContainText("The merge stopped");
  await expect(studio.run.panel).toContainText(/MB[\s\S]*(kB|MB)|bytes/);
  await expect(studio.run.panel).toContainText(/storage|space|room/i);
  await expect(studio.history.results.filter({ hasNotText: "not written" })).toHaveCount(0); // the guard had measured
});

test("a branch that moves on does not change the model that was added", async ({ studio, hub }) => {
  await studio.openEmpty();
  await studio.models.addFromHub("acme/large-1", "acme/large-2");
  await studio.recipe.write(LARGE_RECIPE);
  await studio.recipe.ready();
  hub.repository("acme/large-1").push({ "config.json": "{}" }); // the branch moves on; the pinned commit stays
  await studio.run.start();
  await studio.run.done();
  expect(await studio.recipe.text()).toBe(LARGE_RECIPE);
});

test.describe("without WebGPU", () => {
  test.use({ gpu: false });

  test("the same merge runs on all cores, and the studio says why", async ({ studio }) => {
    await studio.open();
    await studio.recipe.ready();
    await expect(studio.run.panel).toContainText("WebAssembly");
    await expect(studio.run.panel).toContainText(/WebGPU/);
    await studio.run.start();
    await studio.run.done();
    const hash = (await studio.run.hashes())["model.safetensors"];
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });
});
