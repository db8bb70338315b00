import { join } from "node:path";
import { OWNER, withBench } from "./browser";
import { watchMemory } from "./memory";
import { BENCH_MODELS } from "./models";
import { type BenchRecipe, benchRecipes, type Choice } from "./recipes";
import type { Measured } from "./results";

const served = (models: string) => BENCH_MODELS.map((name) => join(models, name));

/** Merges in Chromium: from files on disk, then from IndexedDB after one fetch from a local Hub. */
export function benchChromium(
  models: string,
  cache: string,
  chosen: Choice,
  onRows: (device: string, rows: readonly Measured[]) => void,
): Promise<void> {
  return withBench({ cache, files: models, hub: served(models) }, async ({ context, page, device }) => {
    const loops = new Map<number, number>();
    for (const inputs of [1, 2, 3])
      loops.set(inputs, await bestOfTwo(() => page.evaluate((n) => window.bench.loop(n), inputs)));

    const rows: Measured[] = [];
    const measure = async (from: "files" | "indexeddb", recipes: readonly BenchRecipe[]) => {
      const copies = new Map<number, number>();
      for (const inputs of [1, 2, 3]) {
        const copy = () => page.evaluate(([n, from]) => window.bench.copy(n, from), [inputs, from] as const);
        copies.set(inputs, await bestOfTwo(copy));
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

    const recipes = (owner = "") => benchRecipes(owner).filter(({ method }) => chosen(method));
    const repos = BENCH_MODELS.map((name) => `${OWNER}${name}`);
    await page.evaluate((names) => window.bench.addHub(names), repos);
    const linear = benchRecipes(OWNER).find(({ method }) => method === "linear");
    if (linear) await page.evaluate((text) => window.bench.merge(text), linear.recipe); // fetches all three
    await measure("indexeddb", recipes(OWNER));
    await page.evaluate(() => window.bench.removeModels());
    await page.evaluate(() => window.bench.addFiles());
    await measure("files", recipes());
  });
}

/** A yardstick that something else held up would flatter every merge that is held against it. */
async function bestOfTwo(measure: () => Promise<number>): Promise<number> {
  return Math.min(await measure(), await measure());
}

/** Milliseconds from pressing cancel in the middle of a merge to its end, for each method. */
export function benchCancel(
  models: string,
  cache: string,
): Promise<{ device: string; milliseconds: Record<string, number> }> {
  return withBench({ cache, files: models }, async ({ page, device }) => {
    await page.evaluate(() => window.bench.addFiles());
    const milliseconds: Record<string, number> = {};
    for (const { method, recipe } of benchRecipes()) {
      milliseconds[method] = await page.evaluate((text) => window.bench.cancel(text, 4), recipe);
    }
    return { device, milliseconds };
  });
}
