import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, test as base, chromium, expect, type Page } from "@playwright/test";
import { CHROMIUM_FLAGS, chromiumPath } from "../scripts/chromium.ts";
import { serve } from "../scripts/serve.mjs";
import { type LocalHub, startHub } from "./hub/server";
import { Charts } from "./pages/charts";
import { Compare } from "./pages/compare";
import { Guard } from "./pages/guard";
import { History } from "./pages/history";
import { Keyboard } from "./pages/keyboard";
import { Measure } from "./pages/measure";
import { Models } from "./pages/models";
import { Prompts } from "./pages/prompts";
import { Recipe } from "./pages/recipe";
import { Review } from "./pages/review";
import { Run } from "./pages/run";
import { Share } from "./pages/share";
import { syntheticModel } from "./syntheticModel";

export { expect };

const MODELS = join(import.meta.dirname, "golden/merge/models");
const LARGE = [1, 2].map((seed) => ({ id: `acme/large-${seed}`, files: syntheticModel(seed) }));
/** Where a page looks for the address of another Hub. */
export const HUB_KEY = "awase.hubUrl";

/** The studio as a person sees it: one object per panel. */
export class Studio {
  readonly models: Models;
  readonly recipe: Recipe;
  readonly run: Run;
  readonly history: History;
  readonly share: Share;
  readonly review: Review;
  readonly keyboard: Keyboard;
  readonly guard: Guard;
  readonly measure: Measure;
  readonly charts: Charts;
  readonly prompts: Prompts;
  readonly compare: Compare;

  constructor(
    readonly page: Page,
    readonly url: string,
    readonly folder: string,
  ) {
    this.models = new Models(page);
    this.recipe = new Recipe(page, folder);
    this.run = new Run(page, folder);
    this.history = new History(page);
    this.share = new Share(page);
    this.review = new Review(page);
    this.keyboard = new Keyboard(page);
    this.guard = new Guard(page);
    this.measure = new Measure(page);
    this.charts = new Charts(page, folder);
    this.prompts = new Prompts(page);
    this.compare = new Compare(page, folder);
  }

  /** Opens the page, with a share link's fragment perhaps, and waits until it can be used. */
  async open(fragment = ""): Promise<void> {
    await this.page.goto(`${this.url}${fragment}`);
    await this.page.getByRole("heading", { level: 1 }).waitFor();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.page.getByRole("heading", { level: 1 }).waitFor();
  }

  async speak(language: "EN" | "日本語"): Promise<void> {
    await this.page.getByText(language, { exact: true }).click();
  }

  /** Takes all models and results away and opens the page anew with an empty list. */
  async openEmpty(): Promise<void> {
    await this.open();
    await this.models.removeAll();
  }
}

interface Fixtures {
  /** Whether the browser offers WebGPU: on an adapter of software, which computes only where a test chooses it. */
  gpu: boolean;
  hub: LocalHub;
  context: BrowserContext;
  /** What the console said that nobody wants to see; a test that expects something there takes it out. */
  complaints: string[];
  studio: Studio;
}

export const test = base.extend<Fixtures>({
  gpu: [true, { option: true }],

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads fixture names from the pattern.
  hub: async ({}, use) => {
    const storage = (path: string) => (path.endsWith(".safetensors") ? ("lfs" as const) : ("git" as const));
    const tags = ["safetensors", "license:apache-2.0"];
    const small = ["a", "b"].map((name) => ({ id: `acme/${name}`, folder: join(MODELS, name), tags, storage }));
    const large = LARGE.map((model) => ({ ...model, tags, storage }));
    const hub = await startHub({ repositories: [...small, ...large] });
    await use(hub);
    await hub.close();
  },

  // A profile on disk: in incognito IndexedDB would live in memory, and a reload would prove little.
  context: async ({ gpu, locale, colorScheme, viewport }, use) => {
    const profile = mkdtempSync(join(tmpdir(), "awase-profile-"));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: chromiumPath(),
      args: CHROMIUM_FLAGS.filter((flag) => gpu || !/webgpu/.test(flag)),
      locale: locale ?? "en-US",
      colorScheme,
      viewport,
      acceptDownloads: true,
    });
    await use(context);
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  },

  page: async ({ context }, use) => {
    await use(context.pages()[0] ?? (await context.newPage()));
  },

  complaints: async ({ page }, use) => {
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await use(complaints);
    expect(complaints, "the console is silent").toEqual([]);
  },

  studio: async ({ page, hub, complaints: _ }, use, info) => {
    const server = await serve({ hub: [hub.url, hub.cdnUrl] });
    await page.addInitScript(([key, url]) => localStorage.setItem(key, url), [HUB_KEY, hub.url] as const);
    // A system dialog cannot be driven; without it the page downloads, which can.
    await page.addInitScript(() => Reflect.deleteProperty(window, "showSaveFilePicker"));
    await use(new Studio(page, server.url, info.outputDir));
    await server.close();
  },
});
