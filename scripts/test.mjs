// `npm test`: everything that must hold, one after the other; ends with `N passed, N failed`.
// `npm test -- unit gpu` runs only the named steps.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bin, ensureInstalled, has, root } from "./setup.mjs";

ensureInstalled();

const reports = join(root, ".cache/reports");
/** A step is one check, or a suite that counts its own tests in a JSON report. */
const steps = [
  { name: "types", command: [bin("typescript", "tsc")] },
  { name: "lint", command: [bin("@biomejs/biome", "biome"), "check", "."] },
  { name: "layers", command: [bin("dependency-cruiser", "depcruise"), "src"] },
  { name: "dead-code", command: [bin("knip")] },
  { name: "unit", command: vitest("unit"), count: countVitest },
  { name: "dom", command: vitest("dom"), count: countVitest },
  { name: "gpu", command: vitest("gpu"), count: countVitest },
  { name: "page", command: [bin("vite"), "build", "--logLevel", "warn"] },
  { name: "cli", command: [bin("vite"), "build", "--config", "vite.cli.config.ts", "--logLevel", "warn"] },
  { name: "e2e", command: [bin("@playwright/test", "playwright"), "test"], count: countPlaywright },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(`No such step: ${unknown.join(", ")}. There are ${steps.map((step) => step.name).join(", ")}.`);
  process.exit(2);
}
await ensureChromium();
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

let passed = 0;
let failed = 0;
for (const { name, command, count } of steps) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const report = join(reports, `${name}.json`);
  const started = Date.now();
  console.log(`\n── ${name}`);
  const { status } = spawnSync(process.execPath, command, {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      AWASE_REPORT: report,
      PLAYWRIGHT_JSON_OUTPUT_FILE: report,
      VITE_CONFIG_NATIVE_IGNORE_WARNING: "true",
    },
  });
  const result = tally(status === 0, count, report);
  passed += result.passed;
  failed += result.failed;
  console.log(
    `── ${name}: ${result.failed === 0 ? "ok" : "FAILED"} in ${((Date.now() - started) / 1000).toFixed(0)} s`,
  );
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

function vitest(project) {
  return [
    bin("vitest"),
    "run",
    "--project",
    project,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${join(reports, `${project}.json`)}`,
  ];
}

/** A suite that ended badly counts as a failure even if every test it reached passed, or if it reached none. */
function tally(ok, count, report) {
  if (!count) return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  let counted = { passed: 0, failed: 0 };
  try {
    counted = count(JSON.parse(readFileSync(report, "utf8")));
  } catch {
    ok = false;
  }
  return !ok || counted.passed === 0 ? { passed: counted.passed, failed: Math.max(1, counted.failed) } : counted;
}

function countVitest({ numPassedTests, numFailedTests }) {
  return { passed: numPassedTests, failed: numFailedTests };
}

function countPlaywright({ stats }) {
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky };
}

/** Uses the Chromium that is there, else installs one: Debian's where we may, Playwright's elsewhere. */
async function ensureChromium() {
  const { register } = await import("tsx/esm/api");
  const unregister = register();
  const { findChromium } = await import("./chromium.ts");
  unregister();
  if (findChromium()) return;
  console.error("Installing a Chromium for the tests…");
  const attempts =
    process.getuid?.() === 0 && has("apt-get")
      ? [
          ["apt-get", "update", "-qq"],
          ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-noto-cjk"],
        ]
      : [[process.execPath, bin("playwright"), "install", "chromium"]];
  for (const [command, ...args] of attempts)
    spawnSync(command, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  if (!findChromium()) {
    console.error(
      "No Chromium could be installed. Install Chromium or Chrome, or set CHROMIUM_PATH to one, and run npm test again.",
    );
    process.exit(1);
  }
}
