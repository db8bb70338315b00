import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { type KilledMerge, killCommandLine } from "./commandLine";

/* `npm run kills` does the same many more times. */

beforeAll(() => {
  const merge = join(import.meta.dirname, "../../scripts/merge.mjs");
  expect(spawnSync(process.execPath, [merge, "--help"]).status).toBe(0); // builds the command, if it must
}, 120_000);

it.each<KilledMerge>(["linear", "dare", "guard"])(
  "a %s merge of the command line that is killed and gone on with is the merge nothing happened to",
  async (kind) => {
    const { kills, merges, wrong } = await killCommandLine(kind, 2, 7);
    expect(kills).toBeGreaterThanOrEqual(2);
    expect(merges).toBeGreaterThan(0);
    expect(wrong).toBe(0);
  },
  240_000,
);
