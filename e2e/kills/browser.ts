import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import { serve } from "../../scripts/serve.mjs";
import { slow } from "../hub/faults";
import { type LocalHub, startHub } from "../hub/server";
import { HUB_KEY, Studio } from "../studio";
import { type Sizes, syntheticModel } from "../syntheticModel";
import { KillableChromium } from "./killable";
import { randomFrom } from "./random";

export const PHASES = ["fetch", "merge", "write"] as const;
export type Phase = (typeof PHASES)[number];

/** What a series of kills of the browser came to. */
export interface BrowserKillCount {
  /** Kills while the bytes of the models came, while tensors were made of bytes that were there, while the end was written. */
  readonly kills: Readonly<Record<Phase, number>>;
  /** What the page offered when it was opened again: to go on, the finished merge, or neither, so that it was merged again. */
  readonly offered: Readonly<Record<Offer, number>>;
  /** Tensors that a run which went on had not to make again, of all tensors. */
  readonly kept: { readonly tensors: number; readonly of: number };
  readonly merges: number;
  /** Merges whose files differ from those of a merge nothing happened to, or that left others behind: which, and after what. */
  readonly wrong: readonly string[];
  /** Profiles whose page did not come up with its models and recipe. */
  readonly broken: number;
}

/** Where merges are written: kept in the browser, or in a folder that a person picks. */
export type Place = "browser" | "folder";

export type Offer = "go on" | "finished" | "merge again";

/** Where a kill strikes: when a lane has come so far, and a while after that. */
interface Strike {
  readonly phase: Phase;
  readonly percent: number;
  readonly afterMs: number;
}

/** The folder that is picked. */
const PICKED = "picked";
const MODELS = ["acme/base", "acme/one", "acme/two"] as const;
/** A method that walks over each tensor more than once, so that a merge lasts a while. */
const RECIPE = `merge_method: dare_ties
base_model: ${MODELS[0]}
models:
  - {model: ${MODELS[1]}, parameters: {weight: 0.6, density: 0.5}}
  - {model: ${MODELS[2]}, parameters: {weight: 0.4, density: 0.7}}
dtype: float32
out_dtype: bfloat16
`;
/** Milliseconds before each megabyte that the Hub sends. */
const PAUSE_MS = 40;

export interface BrowserKills {
  readonly count: number;
  readonly seed: number;
  readonly place: Place;
  readonly sizes: Sizes;
  /** Bytes of tensor data per file. */
  readonly shardBytes: number;
  readonly log?: (line: string) => void;
}

/**
 * Ends Chromium with SIGKILL in the middle of merges of models of a slow Hub, opens its profile again, takes what the page offers, and
 * looks whether the files are those of a merge nothing happened to.
 */
export async function killBrowser(options: BrowserKills): Promise<BrowserKillCount> {
  const storage = (path: string) => (path.endsWith(".safetensors") ? ("lfs" as const) : ("git" as const));
  const hub = await startHub({
    repositories: MODELS.map((id, seed) => ({
      id,
      files: syntheticModel(seed, options.sizes),
      tags: ["safetensors"],
      storage,
    })),
  });
  const server = await serve({ hub: [hub.url, hub.cdnUrl] });
  const profile = mkdtempSync(join(tmpdir(), "awase-killed-"));
  const series = new Series(hub, server.url, profile, options);
  try {
    return await series.run();
  } finally {
    await series.end();
    await Promise.all([server.close(), hub.close()]);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** One profile, killed again and again. */
class Series {
  readonly #random: () => number;
  readonly #kills: Record<Phase, number> = { fetch: 0, merge: 0, write: 0 };
  readonly #offered: Record<Offer, number> = { "go on": 0, finished: 0, "merge again": 0 };
  readonly #kept = { tensors: 0, of: 0 };
  #merges = 0;
  readonly #wrong: string[] = [];
  #broken = 0;
  readonly #lines: string[] = [];
  #chromium: KillableChromium | undefined;

  constructor(
    private readonly hub: LocalHub,
    private readonly url: string,
    private readonly profile: string,
    private readonly options: BrowserKills,
  ) {
    this.#random = randomFrom(options.seed);
    hub.fault({ on: "cdn", times: Number.POSITIVE_INFINITY, fault: slow(PAUSE_MS) });
  }

  async run(): Promise<BrowserKillCount> {
    let studio = await this.#open();
    await this.#prepare(studio);
    await studio.run.start();
    await studio.run.done();
    const expected = JSON.stringify(await allFiles(studio.page));
    await this.#clear(studio);

    const { count } = this.options;
    while (this.#total() < count) {
      const phase = PHASES[this.#total() % PHASES.length] ?? "write";
      if (phase === "fetch") await evictAll(studio);
      await studio.run.start();
      let strike: Strike | undefined = this.#strike(phase);
      while (strike) {
        const state = await this.#strikeAt(studio.page, strike);
        this.#kills[strike.phase]++;
        studio = await this.#open();
        const before = this.#kept.tensors;
        const offer = await this.#takeOffer(studio);
        this.#log(
          `${this.#total()}: ${strike.phase} (${state}): ${offer}, ${this.#kept.tensors - before} tensors kept`,
        );
        // Some are killed again while they go on.
        const again: boolean = offer !== "finished" && this.#random() < 0.3 && this.#total() < count;
        strike = again ? this.#strike(this.#random() < 0.5 ? "merge" : "write") : undefined;
      }
      await expect.poll(() => isFinished(studio), { timeout: 120_000 }).toBe(true);
      this.#merges++;
      const found = JSON.stringify(await allFiles(studio.page));
      if (found !== expected) {
        this.#log(`WRONG: ${found} instead of ${expected}`);
        this.#wrong.push(this.#lines.slice(-3).join("\n"));
      }
      await this.#clear(studio);
    }
    return {
      kills: this.#kills,
      offered: this.#offered,
      kept: this.#kept,
      merges: this.#merges,
      wrong: this.#wrong,
      broken: this.#broken,
    };
  }

  async end(): Promise<void> {
    await this.#chromium?.kill();
  }

  #log(line: string): void {
    this.#lines.push(line);
    this.options.log?.(line);
  }

  #total(): number {
    return PHASES.reduce((sum, phase) => sum + this.#kills[phase], 0);
  }

  #strike(phase: Phase): Strike {
    const percent = phase === "write" ? 60 + 40 * this.#random() : 90 * this.#random();
    return { phase, percent, afterMs: this.#random() * (phase === "write" ? 400 : 80) };
  }

  /** Opens the page on the profile as it was left. */
  async #open(): Promise<Studio> {
    this.#chromium = await KillableChromium.launch(this.profile);
    const { page } = this.#chromium;
    await page.addInitScript(([key, url]) => localStorage.setItem(key, url), [HUB_KEY, this.hub.url] as const);
    page.setDefaultTimeout(120_000);
    // The system's dialog cannot be driven; the origin's own file system gives a real folder in its place.
    await page.addInitScript((name) => {
      window.showDirectoryPicker = async () =>
        (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true });
    }, PICKED);
    const studio = new Studio(page, this.url, this.profile);
    await studio.open();
    return studio;
  }

  async #prepare(studio: Studio): Promise<void> {
    await studio.recipe.ready(); // the samples of the first visit are all there
    await studio.models.removeAll();
    await studio.models.addFromHub(...MODELS);
    await studio.recipe.write(RECIPE);
    await studio.run.setShardSize(this.options.shardBytes);
    if (this.options.place === "folder") await studio.run.writeToFolder();
    await studio.recipe.ready();
  }

  /** Waits until a lane is so far, or the run is over, and kills. @returns how far it was */
  async #strikeAt(page: Page, { phase, percent, afterMs }: Strike): Promise<string> {
    const state = await page.waitForFunction(
      ([name, least]) => {
        const percents = [...document.querySelectorAll('[role="progressbar"]')].map((bar) => [
          bar.getAttribute("aria-label")?.toLowerCase(),
          Number(bar.getAttribute("aria-valuenow")),
        ]);
        const lanes = Object.fromEntries(percents);
        const over = document.querySelector('[role="status"][data-phase="done"]') !== null;
        if (!over && !(lanes[name] >= least)) return undefined;
        return over
          ? "over"
          : ["fetch", "merge", "write"].map((lane) => `${lane} ${Math.round(lanes[lane])} %`).join(", ");
      },
      [phase, percent] as const,
      { polling: 5, timeout: 120_000 },
    );
    const text = (await state.jsonValue()) ?? "";
    await page.waitForTimeout(afterMs);
    await this.#chromium?.kill();
    return text;
  }

  /** Does what a person does who finds the page as it comes up. */
  async #takeOffer(studio: Studio): Promise<Offer> {
    if (!(await this.#isWhole(studio))) {
      this.#broken++;
      await this.#prepare(studio);
    }
    const offer = await this.#offer(studio);
    this.#offered[offer]++;
    if (offer === "merge again") await studio.run.start();
    if (offer === "go on") {
      const [, done, all] = /(\d+) of (\d+) tensors/.exec(await studio.run.unfinished.innerText()) ?? [];
      this.#kept.tensors += Number(done);
      this.#kept.of += Number(all);
      await studio.run.goOn();
    }
    return offer;
  }

  /** Whether models and recipe are there as before. */
  async #isWhole(studio: Studio): Promise<boolean> {
    try {
      await studio.recipe.ready();
      return (await studio.recipe.text()) === RECIPE;
    } catch {
      return false;
    }
  }

  async #offer(studio: Studio): Promise<Offer> {
    const { page, run } = studio;
    for (let tries = 0; tries < 20; tries++) {
      if ((await run.unfinished.count()) > 0) return "go on";
      if (await isFinished(studio)) return "finished";
      await page.waitForTimeout(100); // the journal is read last
    }
    return "merge again";
  }

  /** Takes the result away, so that the next merge begins like the first. */
  async #clear(studio: Studio): Promise<void> {
    // The list is read after the run has ended.
    if (this.options.place === "browser") await expect(studio.history.results).not.toHaveCount(0);
    await studio.history.removeAll();
    await studio.page.evaluate(removeFolder, PICKED);
    const left = Object.keys(await allFiles(studio.page));
    if (left.length > 0) throw new Error(`Files are left: ${left.join(", ")}\nafter\n${this.#lines.join("\n")}`);
  }
}

async function evictAll(studio: Studio): Promise<void> {
  await studio.history.showStorage();
  for (const model of MODELS) await studio.history.evict(model);
  await studio.history.showResults();
}

/** Whether a merge is to be had: listed as a result, or in the picked folder, which is whole once it has its config. */
async function isFinished({ page, run, history }: Studio): Promise<boolean> {
  if ((await history.results.count()) > 0) return true;
  const isOver = (await run.unfinished.count()) === 0 && !(await run.cancelButton.isVisible());
  return isOver && Object.keys(await allFiles(page)).includes(`${PICKED}/config.json`);
}

/** sha256 of every file in the browser, `.part` and all; run ids, which are random, are numbers. */
function allFiles(page: Page): Promise<Record<string, string>> {
  return page.evaluate(async () => {
    const found: Record<string, string> = {};
    const runs: string[] = [];
    const walk = async (folder: FileSystemDirectoryHandle, path: string) => {
      for await (const [name, handle] of folder.entries()) {
        if (handle instanceof FileSystemDirectoryHandle) {
          if (path === "runs/") runs.push(name);
          await walk(handle, `${path}${path === "runs/" ? runs.length : name}/`);
        } else if (handle instanceof FileSystemFileHandle) {
          const digest = await crypto.subtle.digest("SHA-256", await (await handle.getFile()).arrayBuffer());
          const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0"));
          found[path + name] = hex.join("");
        }
      }
    };
    await walk(await navigator.storage.getDirectory(), "");
    return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

async function removeFolder(name: string): Promise<void> {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(name, { recursive: true }).catch(() => undefined); // not written to yet
}
