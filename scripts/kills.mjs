// `npm run kills`: ends merges with SIGKILL in their middle, goes on with them, and compares every byte. See docs/robustness.md.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { bin, buildPage, ensureInstalled, root } from "./setup.mjs";

const USAGE = `npm run kills [-- cli | browser] [--count N] [--seed N]
  cli, browser   what is killed; both where neither is named
  --count N      kills at least: for the command line of each of linear, dare and guard (18), for the browser in each of
                 kept there and written to a folder (45)
  --seed N       moments follow from it (1)`;
const COUNTS = { cli: 18, browser: 45 };
const RUNNERS = {
  cli: [bin("vitest"), "run", "--project", "unit", "e2e/kills/commandLine.test.ts"],
  browser: [bin("@playwright/test", "playwright"), "test", "e2e/kills.spec.ts"],
};

const { count, seed, wanted } = readArguments();
ensureInstalled();
if (wanted.includes("browser")) buildPage();
let failed = false;
for (const name of wanted) {
  const { status } = spawnSync(process.execPath, RUNNERS[name], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, AWASE_KILLS: String(count ?? COUNTS[name]), AWASE_KILLS_SEED: String(seed) },
  });
  failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { count: { type: "string" }, seed: { type: "string", default: "1" }, help: { type: "boolean" } },
    });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    const numbers = [values.count ?? "1", values.seed].map(Number);
    if (positionals.some((name) => !Object.hasOwn(RUNNERS, name)) || !numbers.every(Number.isSafeInteger)) {
      throw new Error(`Not understood: ${process.argv.slice(2).join(" ")}`);
    }
    const wanted = positionals.length > 0 ? positionals : Object.keys(RUNNERS);
    return { count: values.count === undefined ? undefined : numbers[0], seed: numbers[1], wanted };
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
}
