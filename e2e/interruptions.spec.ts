import type { LogEntry } from "./hub/log";
import { filesInOpfs, LARGE_RECIPE, mergedHash, prepareLargeMerge, startAndStall } from "./largeMerge";
import { expect, test } from "./studio";

/** Ranges asked of the file server, by file. */
const ranges = (entries: readonly LogEntry[]) =>
  entries.map(({ url, headers }) => `${url.split("?")[0]} ${headers.range}`);

test("after a reload in the middle a Hub merge goes on, and fetches only what is missing", async ({ studio, hub }) => {
  await prepareLargeMerge(studio);
  hub.log.clear();
  await startAndStall(studio, hub);
  const before = new Set(ranges(hub.log.entries("cdn").filter(({ status }) => status === 206)));
  await studio.reload();
  hub.mend();
  hub.log.clear();

  await expect(studio.run.unfinished).toContainText(/[1-9]\d* of 75 tensors done/);
  await studio.run.goOn();
  const resumed = await studio.run.weightsHash();
  const after = ranges(hub.log.entries("cdn"));
  expect(after.length).toBeGreaterThan(0);
  const stalled = after.filter((range) => before.has(range)); // asked for before, but held back
  expect(stalled.length).toBeLessThan(before.size);

  expect(await mergedHash(studio)).toBe(resumed);
});

test("a second merge of the same models fetches nothing", async ({ studio, hub }) => {
  await prepareLargeMerge(studio);
  const first = await mergedHash(studio);
  await expect(studio.recipe.fact("To fetch")).toHaveText("0 B");
  hub.log.clear();
  expect(await mergedHash(studio)).toBe(first);
  expect(hub.log.entries("cdn")).toEqual([]);
});

test("cancel ends the run at once and leaves nothing that looks whole", async ({ studio, hub, page }) => {
  await prepareLargeMerge(studio);
  await startAndStall(studio, hub);
  await studio.run.cancel();
  await expect(studio.run.status).toContainText("Cancelled");
  await expect.poll(() => page.evaluate(filesInOpfs)).toEqual([]);
  await expect(studio.history.results).toHaveCount(0);
  await studio.reload();
  await studio.recipe.ready();
  expect(await studio.recipe.text()).toBe(LARGE_RECIPE);
  await expect(studio.run.unfinished).toHaveCount(0);
});

test("a lost GPU is replaced, and the merge goes on from the last finished tensor", async ({ studio, hub, page }) => {
  await prepareLargeMerge(studio);
  await studio.run.computeOn("WebGPU");
  await startAndStall(studio, hub);
  const session = await page.context().newCDPSession(page);
  await session.send("Browser.crashGpuProcess").catch(() => undefined); // the connection may go with it
  hub.mend();
  await studio.run.done();
  await expect(studio.run.panel).toContainText(/A new device takes over: [1-9]\d* of 75/);
  const recovered = await studio.run.weightsHash();
  expect(await mergedHash(studio)).toBe(recovered);
});
