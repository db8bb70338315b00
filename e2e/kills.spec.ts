import { killBrowser, PHASES } from "./kills/browser";
import { expect, test } from "./studio";
import { LONG_CONFIG } from "./syntheticModel";

/* `npm run kills` does the same many more times. */
const count = Number(process.env.AWASE_KILLS ?? PHASES.length);
const seed = Number(process.env.AWASE_KILLS_SEED ?? 1);

test("a merge whose browser is killed while it fetches, merges or writes is gone on with, to the same bytes", async () => {
  test.setTimeout(240_000 + count * 120_000);
  const counts = await killBrowser({
    count,
    seed,
    config: LONG_CONFIG,
    shardBytes: 16_000_000,
    ...(process.env.AWASE_KILLS ? { log: console.log } : {}),
  });
  if (process.env.AWASE_KILLS) console.log(JSON.stringify(counts, undefined, 2));
  expect(counts.wrong).toBe(0);
  expect(counts.broken).toBe(0);
  expect(counts.offered["go on"]).toBeGreaterThan(0);
});
