import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright";
import { startHub } from "../e2e/hub/server";
import { CHROMIUM_FLAGS, chromiumPath } from "../scripts/chromium.ts";
import { serve } from "../scripts/serve.mjs";
import { root } from "../scripts/setup.mjs";

/** Whose models the local Hub serves. */
export const OWNER = "awase/";

export interface Bench {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the engine computes on. */
  readonly device: string;
}

export interface BenchOptions {
  /** Where the profile lies while the bench runs. */
  readonly cache: string;
  /** Folder that is picked on the page: of models, or of one. */
  readonly files?: string;
  /** Folders of models that a local Hub serves. */
  readonly hub?: readonly string[];
}

/** With `BENCH_GPU=1` the machine's own GPU; SwiftShader unless told, as in the tests. */
const FLAGS = CHROMIUM_FLAGS.filter((flag) => !(process.env.BENCH_GPU && flag.includes("swiftshader")));

/** Opens the bench's page in a fresh profile, and cleans up after. */
export async function withBench<T>(
  { cache, files, hub: folders = [] }: BenchOptions,
  work: (bench: Bench) => Promise<T>,
): Promise<T> {
  const profile = join(cache, "profile");
  rmSync(profile, { recursive: true, force: true });
  const hub = await startHub({
    repositories: folders.map((folder) => ({ id: `${OWNER}${basename(folder)}`, folder, storage: storageOf })),
  });
  const studio = await serve({ folder: join(root, "dist/bench"), hub: [hub.url, hub.cdnUrl] });
  const context = await chromium.launchPersistentContext(profile, { executablePath: chromiumPath(), args: FLAGS });
  context.setDefaultTimeout(0);
  try {
    const page = await context.newPage();
    await page.goto(studio.url);
    if (files) await page.getByLabel("Models").setInputFiles(files);
    const device = await page.evaluate((url) => window.bench.start(url), hub.url);
    return await work({ context, page, device });
  } finally {
    await context.close();
    await studio.close();
    await hub.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

function storageOf(path: string): "lfs" | "git" {
  return path.endsWith(".safetensors") ? "lfs" : "git";
}
