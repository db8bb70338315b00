import { existsSync } from "node:fs";
import { chromium } from "playwright";

/** WebGPU on machines without a GPU, and no calls home. */
export const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
] as const;

/** A Chromium or Chrome that is on this machine: CHROMIUM_PATH, the system's, or the one Playwright downloaded. */
export function findChromium(): string | undefined {
  const candidates = [
    process.env.CHROMIUM_PATH,
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    chromium.executablePath(),
  ];
  return candidates.find((path) => path && existsSync(path));
}

/** @throws when there is none; `npm test` installs one first. */
export function chromiumPath(): string {
  const path = findChromium();
  if (!path) throw new Error("No Chromium found. `npm test` installs one; or set CHROMIUM_PATH.");
  return path;
}
