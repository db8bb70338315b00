import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { expect, type Studio, test } from "./studio";

const PAGE = join(import.meta.dirname, "../dist/page");
/** Gzipped bytes that a first visit loads until its screen is complete: page, worker, styles, words. Models are not counted. */
const FIRST = 400_000;
/** What another language than English may add to it: English stands by for words that are not translated yet. */
const LANGUAGE = 25_000;
/** The same with all that comes afterwards while nobody waits: the editor, and what merging, measuring and charts need. */
const WHOLE = 850_000;

/** What a page and its workers ask the server for, gzipped, by path. */
function loadedBy(page: Page, studio: Studio): ReadonlyMap<string, number> {
  const loaded = new Map<string, number>();
  page.context().on("request", (request) => {
    const { origin, pathname } = new URL(request.url());
    if (origin !== new URL(studio.url).origin || pathname.includes("/samples/")) return;
    const path = pathname === "/" ? "/index.html" : pathname;
    loaded.set(path, gzipSync(readFileSync(join(PAGE, path))).length);
  });
  return loaded;
}

const sum = (loaded: ReadonlyMap<string, number>) => [...loaded.values()].reduce((total, size) => total + size, 0);
/** `worker` for `/assets/worker-BvH3xQ9a.js`. */
const namesOf = (loaded: ReadonlyMap<string, number>) =>
  [...loaded.keys()].map((path) => /([^/]+?)(-[\w-]{8})?\.\w+$/.exec(path)?.[1]);
const listed = (loaded: ReadonlyMap<string, number>) => JSON.stringify(Object.fromEntries(loaded), null, 1);

/** The kernels of WebAssembly. */
const KERNELS = 150_000;

/** A page that finds no rest: what waits for it never comes. */
const restless = (page: Page) => page.addInitScript(() => void Object.assign(window, { requestIdleCallback: () => 0 }));

for (const [where, viewport, locale, ready, budget] of [
  ["at a desk", { width: 1440, height: 900 }, "en-US", "Ready to merge", FIRST],
  ["on a phone", { width: 390, height: 844 }, "en-US", "Ready to merge", FIRST],
  ["in Japanese", { width: 1440, height: 900 }, "ja-JP", "マージできます", FIRST + LANGUAGE],
] as const) {
  test.describe(where, () => {
    test.use({ viewport, locale });
    test("the first screen is complete within its budget", async ({ page, studio }) => {
      await restless(page);
      const loaded = loadedBy(page, studio);
      await studio.open();
      await page.getByText(ready).waitFor();
      await page.waitForLoadState("networkidle");
      expect(namesOf(loaded)).toEqual(expect.arrayContaining(["index", "worker", "bundled"]));
      expect(namesOf(loaded)).not.toContain("RecipeEditor");
      expect(namesOf(loaded)).not.toContain("Charts");
      expect(sum(loaded), listed(loaded)).toBeLessThanOrEqual(budget);
    });
  });
}

test("what a merge needs comes while nobody waits, and when it runs the kernels alone are asked for, where there is no GPU", async ({
  page,
  studio,
}) => {
  const loaded = loadedBy(page, studio);
  await studio.open();
  await page.getByText("Ready to merge").waitFor();
  const later = ["RecipeEditor", "Charts", "ResultsTable", "runs", "measuring", "hashWasm", "hashWorker"];
  await expect.poll(() => namesOf(loaded)).toEqual(expect.arrayContaining(later));
  let seen = 0; // the worker's requests are not the page's: its network is idle while they go on
  await expect(async () => {
    const before = seen;
    seen = loaded.size;
    expect(seen).toBe(before);
  }).toPass({ intervals: [2000] });
  expect(sum(loaded), listed(loaded)).toBeLessThanOrEqual(WHOLE);
  const before = [...loaded.keys()];
  await studio.run.start();
  await studio.run.done();
  const since = new Map([...loaded].filter(([path]) => !before.includes(path)));
  expect(namesOf(since).sort()).toEqual(["relaxed", "thread.worker"]);
  expect(sum(since), listed(since)).toBeLessThanOrEqual(KERNELS);
});
