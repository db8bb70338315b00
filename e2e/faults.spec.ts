import { astray, corrupt, cut, reset, status } from "./hub/faults";
import { filesInOpfs, mergedHash, prepareLargeMerge } from "./largeMerge";
import { expect, test } from "./studio";

/** Requests for bytes of weights. */
const WEIGHTS = /^GET \/lfs\//;

test("through 429, 500, a reset, a truncation and an expired address a merge ends with the right bytes", async ({
  studio,
  hub,
  complaints,
}) => {
  test.slow(); // a 429 that does not say when to come back is waited for
  await prepareLargeMerge(studio);
  hub.clock.advance(2 * 3_600_000); // the addresses the headers were read from have expired
  for (const fault of [status(429), status(500), reset(1000), cut(5000), cut(0)])
    hub.fault({ on: "cdn", match: WEIGHTS, fault });
  const disturbed = await mergedHash(studio);
  const refused = hub.log.entries("cdn").filter(({ status }) => [403, 429, 500].includes(status));
  expect(refused.map(({ status }) => status)).toEqual(expect.arrayContaining([403, 429, 500]));

  await studio.history.showStorage();
  for (const id of ["acme/large-1", "acme/large-2"]) await studio.history.evict(id);
  await expect(studio.recipe.fact("To fetch")).not.toHaveText("0 B");
  expect(await mergedHash(studio)).toBe(disturbed);
  complaints.length = 0; // the browser itself reports answers that are no success
});

test("when the Hub's file server stays down the run ends with a sentence, and succeeds when it is back", async ({
  studio,
  hub,
  complaints,
}) => {
  test.slow();
  await prepareLargeMerge(studio);
  hub.fault({ on: "cdn", match: WEIGHTS, times: 999, fault: status(500) });
  await studio.run.start();
  await expect(studio.run.status).toContainText("The merge stopped", { timeout: 90_000 });
  await expect(studio.run.panel).toContainText(/fault \(500\)/);
  hub.mend();
  const later = await mergedHash(studio);
  expect(await mergedHash(studio)).toBe(later);
  complaints.length = 0;
});

for (const [name, fault] of [
  ["one wrong bit", corrupt(50_001)],
  ["bytes from another place", astray(-8)],
] as const) {
  test(`${name} of the right length ends the run with a sentence, and the next try merges the right ones`, async ({
    studio,
    hub,
    page,
  }) => {
    test.slow();
    await prepareLargeMerge(studio);
    hub.fault({ on: "cdn", match: WEIGHTS, fault });
    await studio.run.start();
    await expect(studio.run.status).toContainText("The merge stopped", { timeout: 90_000 });
    await expect(studio.run.panel).toContainText(/acme\/large-[12]: model-0000\d-of-00004\.safetensors does not match/);
    await expect(studio.history.results).toHaveCount(0);
    expect(await page.evaluate(filesInOpfs)).toEqual([]);
    hub.log.clear();
    const right = await mergedHash(studio);
    // One file alone came again.
    const fetched = hub.log.entries("cdn").map(({ url }) => url.split("?")[0]);
    expect(new Set(fetched).size).toBe(1);

    await studio.history.showStorage();
    for (const id of ["acme/large-1", "acme/large-2"]) await studio.history.evict(id);
    await expect(studio.recipe.fact("To fetch")).not.toHaveText("0 B");
    expect(await mergedHash(studio)).toBe(right);
  });
}
