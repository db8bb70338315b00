import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { type KilledMerge, killCommandLine } from "./commandLine";
import { killOrder } from "./order";

/* `npm run kills` does the same many more times. */
const { count, seed, isLong } = killOrder(2);

beforeAll(() => {
  const merge = join(import.meta.dirname, "../../scripts/merge.mjs");
  expect(spawnSync(process.execPath, [merge, "--help"]).status).toBe(0); // builds the command, if it must
}, 120_000);

it.each<KilledMerge>(["linear", "dare", "guard"])(
  "a %s merge of the command line that is killed and gone on with is the merge nothing happened to",
  async (kind) => {
    const counts = await killCommandLine(kind, count, seed);
    if (isLong) console.log(kind, JSON.stringify(counts));
    expect(counts.kills).toBeGreaterThanOrEqual(count);
    expect(counts.merges).toBeGreaterThan(0);
    expect(counts.wrong).toBe(0);
  },
  240_000 + count * 60_000,
);
