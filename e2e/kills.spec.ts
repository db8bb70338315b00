import { killBrowser, PHASES, type Place } from "./kills/browser";
import { killOrder } from "./kills/order";
import { expect, test } from "./studio";
import { LONG } from "./syntheticModel";

/* `npm run kills` does the same many more times, with models of 60 MB. */
for (const place of ["browser", "folder"] satisfies Place[]) {
  const { count, seed, isLong } = killOrder(place === "browser" ? PHASES.length : 2);
  test(`a merge into a ${place} whose Chromium is killed goes on, and is the merge nothing happened to`, async () => {
    test.setTimeout(240_000 + count * 120_000);
    const counts = await killBrowser({
      count,
      seed,
      place,
      sizes: isLong ? LONG : {},
      shardBytes: isLong ? 16_000_000 : 4_000_000,
      ...(isLong ? { log: console.log } : {}),
    });
    if (isLong) console.log(JSON.stringify(counts, undefined, 2));
    expect(counts.wrong).toEqual([]);
    expect(counts.broken).toBe(0);
    expect(counts.offered["go on"]).toBeGreaterThan(0);
  });
}
