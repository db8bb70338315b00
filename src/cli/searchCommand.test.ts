import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomFrom } from "../../e2e/kills/random";
import { parseRecipe } from "../recipe/parse/parse";
import { runCommand } from "./command.testing";
import { searchCommand } from "./searchCommand";

const ROOT = join(import.meta.dirname, "../..");
const folder = await mkdtemp(join(tmpdir(), "awase-search-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

const search = (...args: string[]) => runCommand(searchCommand, args, { cwd: ROOT, cache: join(folder, "cache") });
const json = (...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), "utf8"));
const trialsIn = (name: string) =>
  readdirSync(join(folder, name, "stats"))
    .filter((file) => /^trial-\d+\.json$/.test(file))
    .sort()
    .map((file) => {
      const { number, kind, state, point, values } = json(name, "stats", file);
      return { number, kind, state, point, values };
    });

/** Quick: perplexity of a few short texts. */
const SMALL = `recipe:
  merge_method: task_arithmetic
  base_model: public/samples/llama-base
  models:
    - {model: public/samples/llama-ja, parameters: {weight: {search: [0, 1.5]}}}
    - {model: public/samples/llama-math, parameters: {weight: {search: [0, 1.5]}}}
  dtype: float32
objectives: [{measure: perplexity, prompts: few.txt, name: few}]
constraints: [{measure: relative-perplexity, prompts: few.txt, max: 1.01}]
sampler: {method: cma-es, population: 4}
trials: 9
seed: 2
split: {search: 4, validation: 2, test: 2}
top: 2
`;
const study = join(folder, "small.yaml");
beforeAll(async () => {
  const lines = (await readFile(join(ROOT, "prompts/samples-mixed.jsonl"), "utf8")).split("\n").slice(0, 8);
  const texts = lines.map((line) =>
    String((JSON.parse(line) as { prompt?: string; text?: string }).text ?? JSON.parse(line).prompt).replaceAll(
      "\n",
      " ",
    ),
  );
  await writeFile(join(folder, "few.txt"), texts.join("\n"));
  await writeFile(study, SMALL);
});

describe("the studies of docs/search.md", () => {
  it.each(["two-skills", "front", "methods"])("%s is in the page, in both languages, word for word", (name) => {
    const text = readFileSync(join(ROOT, `docs/studies/${name}.yaml`), "utf8");
    for (const page of ["search.md", "search.ja.md"]) {
      expect(readFileSync(join(ROOT, "docs", page), "utf8")).toContain(`\`\`\`yaml\n${text}\`\`\``);
    }
  });

  it.each([
    ["two-skills", 3],
    ["front", 11],
    ["methods", 9],
  ])("%s runs as it is there", { timeout: 240_000 }, async (name, trials) => {
    const file = `docs/studies/${name}.yaml`;
    const { code, stdout, stderr } = await search(
      file,
      "--out",
      join(folder, name),
      "--trials",
      String(trials),
      "--device",
      "wasm",
      "--json",
      "--quiet",
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const best = JSON.parse(stdout);
    expect(best).toEqual(json(name, "best.json"));
    expect(parseRecipe(best.recipe).problems.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(best.recipe).not.toContain("search");
    expect(trialsIn(name)).toHaveLength(trials);
    expect(readFileSync(join(folder, name, "best.yaml"), "utf8")).toBe(best.recipe);
    expect(
      readFileSync(join(folder, name, "optuna.journal"), "utf8")
        .trimEnd()
        .split("\n"),
    ).toHaveLength(trials + 2);
    expect(existsSync(join(folder, name, "pareto.json"))).toBe(name === "front");
  });

  it("front has a front", () => {
    const { front, hypervolume, objectives } = json("front", "pareto.json");
    expect(objectives).toEqual([
      { name: "Japanese", goal: "low" },
      { name: "arithmetic", goal: "low" },
    ]);
    expect(front.length).toBeGreaterThan(1);
    expect(hypervolume.at(-1)[1]).toBeGreaterThan(0);
  });
});

describe("npm run search", () => {
  it("keeps every trial with what makes it again, prunes what is over the cap, and writes the best", {
    timeout: 120_000,
  }, async () => {
    const { code, stderr } = await search(study, "--out", join(folder, "whole"), "--device", "wasm", "--write");
    expect({ code, said: stderr.includes("Best of") }).toEqual({ code: 0, said: true });
    const best = json("whole", "best.json");
    expect(best.test.others.map(({ name }: { name: string }) => name.split("/").at(-1))).toEqual([
      "llama-ja alone",
      "llama-math alone",
      "uniform",
      "all at 1",
      "llama-ja",
      "llama-math",
    ]);
    const first = json("whole", "stats", "trial-00000.json");
    expect(first).toMatchObject({
      number: 0,
      kind: "anchor",
      seed: 2,
      params: { "llama-ja.weight": 1, "llama-math.weight": 0 },
    });
    expect(first.recipeHash).toMatch(/^[0-9a-f]{64}$/);
    expect(first.device).toContain("WebAssembly");
    const pruned = trialsIn("whole").filter(({ state }) => state === "pruned");
    expect(pruned.length).toBeGreaterThan(0);
    const { guard, reason, constraints } = json(
      "whole",
      "stats",
      `trial-${String(pruned[0]?.number).padStart(5, "0")}.json`,
    );
    expect(constraints[0].excess).toBeGreaterThan(0);
    expect(guard.seen).toBeLessThanOrEqual(guard.prompts);
    expect(reason).toContain("guard: ");
    expect(existsSync(join(folder, "whole/best/model.safetensors"))).toBe(true);
  });

  it("killed at random goes on with the same trials", { timeout: 300_000 }, async () => {
    const command = join(ROOT, "scripts/search.mjs");
    expect(spawnSync(process.execPath, [command, "--help"]).status).toBe(0); // builds the command, if it must
    const random = randomFrom(5);
    let kills = 0;
    for (let code: number | null = null; code !== 0; ) {
      const args = [command, study, "--out", join(folder, "killed"), "--device", "wasm", "--resume", "--quiet"];
      const child = spawn(process.execPath, args, {
        cwd: ROOT,
        env: { ...process.env, XDG_CACHE_HOME: join(folder, "cache") },
      });
      const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
      // As soon as one more trial is there, or a little later: in the middle of the next.
      const before = existsSync(join(folder, "killed/stats")) ? trialsIn("killed").length : 0;
      const isDying = kills < 3;
      while (isDying && child.exitCode === null) {
        await setTimeout(20);
        if (existsSync(join(folder, "killed/stats")) && trialsIn("killed").length > before) break;
      }
      if (isDying && child.exitCode === null) {
        await setTimeout(random() * 150);
        if (child.kill("SIGKILL")) kills++;
      }
      code = await ended;
    }
    expect(kills).toBeGreaterThan(0);
    expect(trialsIn("killed")).toEqual(trialsIn("whole"));
    expect(json("killed", "best.json").recipe).toBe(json("whole", "best.json").recipe);
  });

  it("stops early where it was told to, and goes on from there", { timeout: 120_000 }, async () => {
    const out = join(folder, "short");
    expect((await search(study, "--out", out, "--device", "wasm", "--trials", "6", "--quiet")).code).toBe(0);
    const again = await search(study, "--out", out, "--device", "wasm", "--trials", "6");
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("holds a study with 6 trials. Add --resume"),
    });
    expect((await search(study, "--out", out, "--device", "wasm", "--resume", "--workers", "2", "--quiet")).code).toBe(
      0,
    );
    expect(trialsIn("short")).toEqual(trialsIn("whole"));
  });

  it("does not mix the trials of two studies", async () => {
    const other = join(folder, "other.yaml");
    await writeFile(other, SMALL.replace("max: 1.01", "max: 3"));
    const { code, stderr } = await search(other, "--out", join(folder, "whole"), "--device", "wasm", "--resume");
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("with another study") });
  });

  it.each([
    [["study.yaml"], "No folder for the study is given"],
    [[], "No study is given"],
    [["a.yaml", "--out", "x", "--seed", "3"], "stands in it"],
    [["a.yaml", "--out", "x", "--trials", "0"], "--trials"],
    [["a.yaml", "--out", "x", "--resume", "--overwrite"], "not both"],
    [["missing.yaml", "--out", "x"], "There is no file"],
  ])("%j ends with 2 and says why", async (args, said) => {
    const { code, stderr } = await search(...args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(said) });
  });

  it.each([
    ["a method that is none", "merge_method: task_arithmetic", "merge_method: task_arithmetik", "wrong.yaml:2:"],
    [
      "a parameter that is none",
      /weight: \{search: \[0, 1.5\]\}\}\}\n {4}- /,
      "weight: {search: [2, 1]}}}\n    - ",
      "wrong.yaml:5:",
    ],
    ["a base that is not there", "public/samples/llama-base", "public/samples/lama-base", "wrong.yaml:3:"],
    [
      "prompts without answers",
      "measure: perplexity",
      "measure: exact-match",
      "have no answer that exact-match could compare with",
    ],
    [
      "a choice for a normal distribution",
      "merge_method: task_arithmetic",
      "merge_method: {choices: [ties, task_arithmetic]}",
      "cma-es searches numbers",
    ],
    ["nothing to search", /\{search: \[0, 1.5\]\}/g, "1", "Nothing in the recipe is marked"],
  ])("%s is said at its place", async (_, from, to, said) => {
    await writeFile(join(folder, "wrong.yaml"), SMALL.replaceAll(new RegExp(from, "g"), to));
    const { code, stderr } = await search(join(folder, "wrong.yaml"), "--out", join(folder, "no"), "--device", "wasm");
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(said) });
  });
});
