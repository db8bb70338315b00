import { rmSync } from "node:fs";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright";
import { startHub } from "../e2e/hub/server";
import { CHROMIUM_FLAGS, chromiumPath } from "../scripts/chromium.ts";
import { serve } from "../scripts/serve.mjs";
import { root } from "../scripts/setup.mjs";
import { watchMemory } from "./memory";
import { BENCH_MODELS } from "./models";
import { type BenchRecipe, benchRecipes } from "./recipes";
import type { Measured } from "./results";

const OWNER = "awase/";

interface Bench {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the engine computes on. */
  readonly device: string;
}

/** Opens the bench's page in a fresh profile, the models picked as files and served by a local Hub, and cleans up after. */
async function withBench<T>(models: string, cache: string, work: (bench: Bench) => Promise<T>): Promise<T> {
  const profile = join(cache, "profile");
  rmSync(profile, { recursive: true, force: true });
  const hub = await startHub({
    repositories: BENCH_MODELS.map((name) => ({
      id: `${OWNER}${name}`,
      folder: join(models, name),
      storage: storageOf,
    })),
  });
  const studio = await serve({ folder: join(root, "dist/bench"), hub: [hub.url, hub.cdnUrl] });
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
    return await work({ context, page, device });
  } finally {
    await context.close();
    await studio.close();
    await hub.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

/** Merges in Chromium: from files on disk, then from IndexedDB after one fetch from a local Hub. */
export function benchChromium(
  models: string,
  cache: string,
  onRows: (device: string, rows: readonly Measured[]) => void,
): Promise<void> {
  return withBench(models, cache, async ({ context, page, device }) => {
    const loops = new Map<number, number>();
    for (const inputs of [1, 2, 3]) loops.set(inputs, await page.evaluate((n) => window.bench.loop(n), inputs));

    const rows: Measured[] = [];
    const measure = async (from: "files" | "indexeddb", recipes: readonly BenchRecipe[]) => {
      const copies = new Map<number, number>();
      for (const inputs of [1, 2, 3]) {
        copies.set(inputs, await page.evaluate(([n, from]) => window.bench.copy(n, from), [inputs, from] as const));
      }
      for (const { method, inputs, recipe } of recipes) {
        const run = () => page.evaluate((text) => window.bench.merge(text), recipe);
        const [report, peaks] = await watchMemory(context, page, run);
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
        onRows(device, rows); // the whole takes long: what there is is kept
      }
    };

    const split = (light: boolean, owner = "") => benchRecipes(owner).filter((recipe) => recipe.light === light);
    const repos = BENCH_MODELS.map((name) => `${OWNER}${name}`);
    await page.evaluate((names) => window.bench.addHub(names), repos);
    const linear = benchRecipes(OWNER).find(({ method }) => method === "linear");
    if (linear) await page.evaluate((text) => window.bench.merge(text), linear.recipe); // fetches all three
    await measure("indexeddb", split(true, OWNER));
    await page.evaluate(() => window.bench.removeModels());
    await page.evaluate(() => window.bench.addFiles());
    await measure("files", [...split(true), ...split(false)]);
  });
}

/** Milliseconds from pressing cancel in the middle of a merge to its end, for each method. */
export function benchCancel(
  models: string,
  cache: string,
): Promise<{ device: string; milliseconds: Record<string, number> }> {
  return withBench(models, cache, async ({ page, device }) => {
    await page.evaluate(() => window.bench.addFiles());
    const milliseconds: Record<string, number> = {};
    for (const { method, recipe } of benchRecipes()) {
      milliseconds[method] = await page.evaluate((text) => window.bench.cancel(text, 4), recipe);
    }
    return { device, milliseconds };
  });
}

function storageOf(path: string): "lfs" | "git" {
  return path.endsWith(".safetensors") ? "lfs" : "git";
}
