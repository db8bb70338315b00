import type { Page } from "@playwright/test";
import { prepareLargeMerge, startAndStall } from "./largeMerge";
import { expect, test } from "./studio";

const LOCAL_RECIPE = `merge_method: linear
models:
  - model: local
    parameters: {weight: 0.75}
  - model: acme/large-2
    parameters: {weight: 0.25}
dtype: float32
out_dtype: bfloat16
`;

test("a model that changed between two tries is named, and one click starts again with it as it is now", async ({
  studio,
  hub,
  page,
}) => {
  await pickOf(page, ["models/local"]);
  await studio.openEmpty();
  await page.evaluate(copyFromHub, `${hub.url}/acme/large-1/resolve/main`);
  await studio.models.addFolder("local");
  await studio.models.addFromHub("acme/large-2");
  await studio.recipe.write(LOCAL_RECIPE);
  await studio.recipe.ready();
  await startAndStall(studio, hub);
  await page.evaluate(changeModel);
  await studio.reload();
  hub.mend();

  await studio.models.ready("local");
  await studio.models.ready("acme/large-2");
  await studio.run.goOn();
  await expect(studio.run.failure).toContainText(
    /model-0000\d-of-00004\.safetensors of local .*(is another than at the start|are others than those that were merged)/,
  );
  await expect(studio.run.startAgainButton).toHaveAttribute("title", /Takes away what was merged so far/);
  await studio.speak("日本語");
  await expect(studio.run.failure).toContainText(/local の model-0000\d-of-00004\.safetensors が始めたときと違います/);
  await expect(page.getByRole("button", { name: "最初から" })).toBeVisible();
  await studio.speak("EN");

  await studio.run.startAgain();
  const again = await studio.run.weightsHash();
  await expect(studio.run.unfinished).toHaveCount(0);
  await studio.run.start();
  await expect(studio.history.results).toHaveCount(2);
  expect(await studio.run.weightsHash()).toBe(again);
});

test("a run whose folder is gone starts again in another, with one click", async ({ studio, hub, page }) => {
  await pickOf(page, ["first", "second"]);
  await prepareLargeMerge(studio);
  await studio.run.writeToFolder();
  await studio.run.setShardSize(4_000_000);
  await startAndStall(studio, hub);
  await studio.reload();
  await page.evaluate(async () => (await navigator.storage.getDirectory()).removeEntry("first", { recursive: true }));
  hub.mend();

  await studio.recipe.ready();
  await studio.run.goOn();
  await expect(studio.run.failure).toContainText("The folder first is no longer there");
  await studio.run.startAgain();
  await studio.run.done();
  const files = await page.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("second");
    const names: string[] = [];
    for await (const name of folder.keys()) names.push(name);
    return names;
  });
  expect(files.sort()).toEqual(Object.keys(await studio.run.hashes()).sort());
});

/** The system's dialog cannot be driven: in its place each call gives the next folder of the origin's own file system, then the last. */
async function pickOf(page: Page, folders: readonly string[]): Promise<void> {
  await page.addInitScript((names) => {
    window.showDirectoryPicker = async () => {
      const taken = Number(localStorage.getItem("picked") ?? 0);
      localStorage.setItem("picked", String(taken + 1));
      let folder = await navigator.storage.getDirectory();
      for (const part of (names[Math.min(taken, names.length - 1)] ?? "").split("/")) {
        folder = await folder.getDirectoryHandle(part, { create: true });
      }
      return folder;
    };
  }, folders);
}

/** Makes a local folder of a model of the Hub. */
async function copyFromHub(address: string): Promise<void> {
  const models = await (await navigator.storage.getDirectory()).getDirectoryHandle("models", { create: true });
  const folder = await models.getDirectoryHandle("local", { create: true });
  const shards = [1, 2, 3, 4].map((shard) => `model-0000${shard}-of-00004.safetensors`);
  for (const name of ["config.json", "model.safetensors.index.json", ...shards]) {
    const file = await (await folder.getFileHandle(name, { create: true })).createWritable();
    await file.write(await (await fetch(`${address}/${name}`)).blob());
    await file.close();
  }
}

/** Writes other weights over every shard. */
async function changeModel(): Promise<void> {
  const models = await (await navigator.storage.getDirectory()).getDirectoryHandle("models");
  for await (const [name, handle] of (await models.getDirectoryHandle("local")).entries()) {
    if (!name.endsWith(".safetensors") || !(handle instanceof FileSystemFileHandle)) continue;
    const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
    bytes.fill(0, bytes.length / 2);
    const file = await handle.createWritable();
    await file.write(bytes);
    await file.close();
  }
}
