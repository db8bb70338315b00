import { rmSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright";
import { startHub } from "../e2e/hub/server";
import { CHROMIUM_FLAGS, chromiumPath } from "../scripts/chromium.ts";
import { serve } from "../scripts/serve.mjs";
import { watchMemory } from "./memory";
import { BENCH_MODELS } from "./models";
import { type BenchRecipe, benchRecipes } from "./recipes";
import type { Measured } from "./results";

const OWNER = "awase/";

/** Merges of the bench's models in Chromium: from files on disk, then from IndexedDB after one fetch from a local Hub. */
export async function benchChromium(models: string, cache: string): Promise<{ device: string; rows: Measured[] }> {
  const profile = join(cache, "profile");
  rmSync(profile, { recursive: true, force: true });
  const hub = await startHub({
    repositories: BENCH_MODELS.map((name) => ({
      id: `${OWNER}${name}`,
      folder: join(models, name),
      storage: storageOf,
    })),
  });
  const studio = await serve({ folder: join(import.meta.dirname, "../dist/bench"), hub: [hub.url, hub.cdnUrl] });
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath(),
    args: [...CHROMIUM_FLAGS],
  });
  context.setDefaultTimeout(0);
  try {
    const page = await context.newPage();
    await page.goto(studio.url);
    await page.getByLabel("Models").setInputFiles(models);
    const device = await page.evaluate((url) => window.bench.start(url), hub.url);

    const loops = new Map<number, number>();
    for (const inputs of [1, 2, 3]) loops.set(inputs, await page.evaluate((n) => window.bench.loop(n), inputs));

    const measure = async (from: "files" | "indexeddb", recipes: readonly BenchRecipe[]) => {
      const copies = new Map<number, number>();
      for (const n of [1, 2, 3])
        copies.set(n, await page.evaluate(([n, from]) => window.bench.copy(n, from), [n, from] as const));
      const rows: Measured[] = [];
      for (const { method, inputs, recipe } of recipes) {
        const [report, peaks] = await watchMemory(context, page, () =>
          page.evaluate((r) => window.bench.merge(r), recipe),
        );
        rows.push({
          where: `Chromium, ${from}`,
          method,
          bytes: report.readBytes + report.writtenBytes,
          seconds: report.seconds,
          copySeconds: copies.get(inputs) ?? 0,
          loopSeconds: loops.get(inputs) ?? 0,
          peakHeapBytes: peaks.heap,
          peakProcessBytes: peaks.renderer,
          peakDeviceBytes: report.peakDeviceBytes,
        });
        console.error(`  ${from} ${method}: ${report.seconds.toFixed(1)} s`);
      }
      return rows;
    };

    await page.evaluate(() => window.bench.addFiles());
    const fromFiles = await measure("files", benchRecipes());
    await page.evaluate(() => window.bench.removeModels());

    await page.evaluate(
      (repos) => window.bench.addHub(repos),
      BENCH_MODELS.map((name) => `${OWNER}${name}`),
    );
    const linear = benchRecipes(OWNER).find(({ method }) => method === "linear");
    if (linear) await page.evaluate((r) => window.bench.merge(r), linear.recipe); // fetches all three
    const fromBlocks = await measure("indexeddb", benchRecipes(OWNER));
    return { device, rows: [...fromFiles, ...fromBlocks] };
  } finally {
    await context.close();
    await studio.close();
    await hub.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

function storageOf(path: string): "lfs" | "git" {
  return path.endsWith(".safetensors") ? "lfs" : "git";
}
