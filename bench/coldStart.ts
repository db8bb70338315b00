import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright";
import { CHROMIUM_FLAGS, chromiumPath } from "../scripts/chromium.ts";
import { root } from "../scripts/setup.mjs";

export interface ColdStart {
  /** Seconds from `npm start` in a fresh clone to the printed address: packages, build, server. */
  readonly installAndBuild: number;
  /** Seconds from opening the address in a fresh profile to a page whose Merge button can be pressed. */
  readonly ready: number;
  /** Seconds from pressing Merge to the result card. */
  readonly firstMerge: number;
}

/** What somebody who has never run Awase waits for. */
export async function benchColdStart(): Promise<ColdStart> {
  const clone = mkdtempSync(join(tmpdir(), "awase-cold-"));
  spawnSync("git", ["clone", "--quiet", "--depth", "1", `file://${root}`, clone]);
  let started = performance.now();
  const since = () => (performance.now() - started) / 1000;
  const server = spawn("npm", ["start", "--", "--port", "0"], {
    cwd: clone,
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let text = "";
      server.stdout.on("data", (chunk) => {
        text += chunk;
        const found = /http:\S+/.exec(text)?.[0];
        if (found) resolve(found);
      });
      server.on("exit", (code) => reject(new Error(`npm start ended with ${code}: ${text}`)));
    });
    const installAndBuild = since();
    const browser = await chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_FLAGS] });
    try {
      const page = await browser.newPage();
      started = performance.now();
      await page.goto(url);
      const merge = page.getByRole("button", { name: "Merge", exact: true });
      await merge.and(page.locator(":enabled")).waitFor();
      const ready = since();
      started = performance.now();
      await merge.click();
      await page
        .getByRole("status")
        .filter({ hasText: /Merged \d+ tensors/ })
        .waitFor();
      return { installAndBuild, ready, firstMerge: since() };
    } finally {
      await browser.close();
    }
  } finally {
    if (server.pid) process.kill(-server.pid);
    rmSync(clone, { recursive: true, force: true });
  }
}
