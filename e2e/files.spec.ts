import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./studio";
import { expectSameWeights, readWeights, readWeightsFile } from "./weights";

const GOLDEN = join(import.meta.dirname, "golden/merge");
const models = (...names: string[]) => names.map((name) => join(GOLDEN, "models", name));
const recipe = (name: string) => readFileSync(join(GOLDEN, "recipes", `${name}.yaml`), "utf8");
const expected = (name: string) => readWeightsFile(join(GOLDEN, "expected", name, "model.safetensors"));

for (const [name, inputs] of [
  ["slerp_gradient_filters", ["a", "b"]],
  ["dare_ties_full", ["a", "b", "c", "base"]],
  ["passthrough_sharded", ["sharded"]],
] as const) {
  test(`dropped folders merge as mergekit merges them: ${name}`, async ({ studio }) => {
    await studio.openEmpty();
    await studio.models.drop(...models(...inputs));
    await studio.recipe.write(recipe(name));
    await studio.recipe.ready();
    await studio.run.start();
    await studio.run.done();
    const files = await studio.run.download();
    expectSameWeights(await readWeights(files["model.safetensors"] ?? new Uint8Array()), await expected(name));
  });
}

test("a merge goes to a folder the user picks", async ({ studio, page }) => {
  // The system's dialog cannot be driven; the origin's own file system gives a real folder in its place.
  await page.addInitScript(() => {
    window.showDirectoryPicker = async () =>
      (await navigator.storage.getDirectory()).getDirectoryHandle("picked", { create: true });
  });
  await studio.open();
  await studio.recipe.ready();
  await studio.guard.set(false);
  await studio.run.writeToFolder();
  await studio.run.start();
  await studio.run.done();
  const hashes = await studio.run.hashes();
  const found = await page.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("picked");
    const digests: Record<string, string> = {};
    for await (const [name, handle] of folder.entries()) {
      if (!(handle instanceof FileSystemFileHandle)) continue;
      const digest = await crypto.subtle.digest("SHA-256", await (await handle.getFile()).arrayBuffer());
      digests[name] = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    }
    return digests;
  });
  expect(found).toEqual(hashes);
});

test("a model added twice is told, and the studio goes on, after a reload as well", async ({ studio }) => {
  await studio.open();
  await studio.models.addFromHub("acme/a");
  await studio.models.request("acme/a");
  await expect(studio.models.failures).toContainText("There is a model acme/a already");
  await studio.reload();
  await studio.recipe.ready();
  await expect(studio.models.failures).toContainText("There is a model acme/a already");
});

test("a visit that cannot be drawn is no dead end", async ({ studio, page, complaints }) => {
  await studio.open();
  await studio.recipe.ready();
  await page.evaluate(spoilVisit);
  await page.reload();
  // The recipe is the first to go; as it was not at fault, the page goes down again, and the models follow.
  const afresh = page.getByRole("button", { name: "Start afresh" });
  await Promise.all([page.waitForEvent("load"), afresh.click()]);
  await Promise.all([page.waitForEvent("load"), afresh.click()]);
  await studio.recipe.ready();
  await expect(studio.models.names).toHaveText(["llama-base", "llama-ja", "llama-math"]);
  complaints.length = 0; // React tells the console what could not be drawn
});

/** Makes the stored visit one that passes for a visit and cannot be drawn: a folder without a name. */
async function spoilVisit(): Promise<void> {
  const settled = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const database = await settled(indexedDB.open("keyval-store"));
  const store = database.transaction("keyval", "readwrite").objectStore("keyval");
  const visit = await settled(store.get("awase.session"));
  visit.data.models = [{ id: "x", origin: { kind: "directory", handle: {} } }];
  await settled(store.put(visit, "awase.session"));
  database.close();
}
