import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startHub } from "../../e2e/hub/server";
import type { MergeReport } from "../engine/protocol/protocol";
import { type Result, runCommand } from "./command.testing";
import { mergeCommand } from "./mergeCommand";

const GOLDEN = join(import.meta.dirname, "../../e2e/golden/merge");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "awase-cli-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs the command where the golden models are, so that recipes find them by their names. */
async function merge(args: readonly string[], onText: (text: string) => void = () => undefined): Promise<Result> {
  return mergeIn(join(GOLDEN, "models"), args, { onText });
}

async function mergeIn(
  cwd: string,
  args: readonly string[],
  {
    onText = () => undefined,
    interrupt = new AbortController(),
    cache = join(folder, "cache"),
  }: { onText?: (text: string) => void; interrupt?: AbortController; cache?: string } = {},
): Promise<Result> {
  return runCommand(mergeCommand, args, { cwd, cache, onText, signal: interrupt.signal });
}

const out = () => join(folder, "out");
const recipe = (name: string) => join(GOLDEN, "recipes", `${name}.yaml`);
const wasm = ["--device", "wasm"];

async function written(text: string): Promise<string> {
  const path = join(folder, "recipe.yaml");
  await writeFile(path, text);
  return path;
}

async function hashes(path: string): Promise<Map<string, string>> {
  const files = (await readdir(path)).sort();
  return new Map(
    await Promise.all(
      files.map(
        async (file): Promise<[string, string]> => [
          file,
          createHash("sha256")
            .update(await readFile(join(path, file)))
            .digest("hex"),
        ],
      ),
    ),
  );
}

describe("a merge", () => {
  it("writes the model folder, tells of it on stderr, and ends with 0", async () => {
    const { code, stdout, stderr } = await merge([recipe("ties"), "--out", out(), ...wasm]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(/Device: WebAssembly, \d+ threads? \(WebAssembly was asked for\.\)/);
    expect(stderr).toContain("100 %");
    expect(stderr).toMatch(/Merged \d+ tensors into /);
    expect(await readdir(out())).toEqual(expect.arrayContaining(["README.md", "config.json", "model.safetensors"]));
    expect((await readdir(out())).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("prints a report with checksums as JSON, and nothing else when quiet", async () => {
    const { stdout, stderr } = await merge([recipe("slerp"), "--out", out(), "--json", "--quiet", ...wasm]);
    const report = JSON.parse(stdout) as MergeReport;
    expect(new Map(report.files.map(({ path, sha256 }) => [path, sha256]))).toEqual(await hashes(out()));
    expect(report).toMatchObject({ name: "out", place: "directory" });
    expect(stderr).toBe("");
  });

  it("times every kernel with --profile", async () => {
    const { stderr } = await merge([recipe("ties"), "--out", out(), "--profile", "--quiet", ...wasm]);
    expect(stderr).toMatch(
      /Kernels on WebAssembly, \d+ threads?, \d+\.\d ms in all:\n +ms +share +runs +ms each {2}kernel\n/,
    );
    expect(stderr).toMatch(/\d+\.\d +\d+\.\d % +\d+ +\d+\.\d{3} {2}merge\/task-consensus largest F32\+F32/);
    expect(stderr).toMatch(/histogram \(direct\) of merge\/task-magnitudes/);
  });

  it("divides the weights by --shard-size", async () => {
    await merge([recipe("linear"), "--out", out(), "--shard-size", "50K", ...wasm]);
    expect(await readdir(out())).toEqual(
      expect.arrayContaining(["model-00001-of-00004.safetensors", "model.safetensors.index.json"]),
    );
  });

  it("draws other masks for another seed, and the same for the same", async () => {
    const digest = async (name: string, seed: string) => {
      await merge([recipe("dare_ties_random"), "--out", join(folder, name), "--seed", seed, ...wasm]);
      return (await hashes(join(folder, name))).get("model.safetensors");
    };
    const [one, again, two] = [await digest("1", "1"), await digest("2", "1"), await digest("3", "2")];
    expect(again).toBe(one);
    expect(two).not.toBe(one);
  });
});

describe("a wrong recipe ends with 2", () => {
  it("and each mistake at its line", async () => {
    const path = await written(
      "merge_method: linear\nmodels:\n  - model: a\n    parameters: {weight: high}\n  - model: b\n",
    );
    const { code, stderr } = await merge([path, "--out", out(), ...wasm]);
    expect(code).toBe(2);
    expect(stderr).toContain(`${path}:4:`);
    expect(stderr).toMatch(/: error: /);
    await expect(readdir(out())).rejects.toThrow();
  });

  it("when it is found from the headers", async () => {
    const path = await written("merge_method: passthrough\nslices:\n  - sources: [{model: a, layer_range: [0, 99]}]\n");
    const { code, stderr } = await merge([path, "--out", out(), ...wasm]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/recipe\.yaml:3:\d+: error: /);
    await expect(readdir(out())).rejects.toThrow();
  });

  it("when a model is nowhere", async () => {
    const path = await written(
      "merge_method: linear\nmodels:\n  - {model: ./nowhere/at/all, parameters: {weight: 1}}\n",
    );
    const { code, stderr } = await merge([path, "--out", out(), ...wasm]);
    expect(code).toBe(2);
    expect(stderr).toContain(`${path}:3:`);
    expect(stderr).toContain("There is no folder");
  });

  it("when there is none", async () => {
    const { code, stderr } = await merge(["missing.yaml", "--out", out()]);
    expect(code).toBe(2);
    expect(stderr).toContain("missing.yaml");
  });
});

describe("a wrong command line ends with 2", () => {
  it.each([
    [[], "No recipe"],
    [["r.yaml"], "--out DIR"],
    [["r.yaml", "s.yaml", "--out", "o"], "2 are given"],
    [["r.yaml", "--out", "o", "--device", "tpu"], '"tpu"'],
    [["r.yaml", "--out", "o", "--seed", "-1"], "--seed"],
    [["r.yaml", "--out", "o", "--seed", "4294967296"], "4294967295"],
    [["r.yaml", "--out", "o", "--shard-size", "5GB"], '"5GB"'],
    [["r.yaml", "--out", "o", "--cuda"], "--cuda"],
    [["r.yaml", "--out", "o", "--hub", "huggingface.co"], "--hub"],
    [["r.yaml", "--out", "o", "--guard", "p.txt", "--cap", "0.5"], '"0.5"'],
    [["r.yaml", "--out", "o", "--guard", "p.txt", "--guard-action", "panic"], "roll-back"],
    [["r.yaml", "--out", "o", "--guard", "p.txt", "--guard-order", "left"], "up or down"],
    [["r.yaml", "--out", "o", "--guard", "p.txt", "--guard-layers", "0"], "--guard-layers"],
  ])("%j", async (args, said) => {
    const { code, stderr } = await merge(args);
    expect(code).toBe(2);
    expect(stderr).toContain(said);
    expect(stderr).toContain("Usage:");
  });

  it("but asking for help is fine", async () => {
    const { code, stdout } = await merge(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("--shard-size");
  });
});

describe("a failure ends with 1", () => {
  it("when the output folder cannot be made, and leaves none on the way", async () => {
    const path = await written("a file");
    const { code, stderr } = await merge([recipe("ties"), "--out", join(path, "out"), ...wasm]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("output/unusable") });
    const wrong = await written(
      "merge_method: linear\nmodels: [{model: a, parameters: {weight: 1, t: }}, {model: b}]\n",
    );
    await merge([wrong, "--out", join(folder, "one", "two"), ...wasm]);
    expect(await readdir(folder)).not.toContain("one");
  });

  it("when the Hub knows no model of a name that is no folder either", async () => {
    const hub = await startHub({ repositories: [] });
    try {
      const path = await written("merge_method: linear\nmodels: [{model: tiny-typo, parameters: {weight: 1}}]\n");
      const { code, stderr } = await merge([path, "--out", out(), "--hub", hub.url, ...wasm]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^hub\/not-found: tiny-typo is no folder below .*HF_TOKEN is not set/m);
    } finally {
      await hub.close();
    }
  });

  it("when the output folder holds something", async () => {
    await cp(join(GOLDEN, "models", "a"), out(), { recursive: true });
    const before = await hashes(out());
    const { code, stderr } = await merge([recipe("ties"), "--out", out(), ...wasm]);
    expect(code).toBe(1);
    expect(stderr).toContain("output/not-empty");
    expect(await hashes(out())).toEqual(before);
  });

  it("when the output folder is a model's own, even to be overwritten", async () => {
    const models = join(folder, "models");
    await cp(join(GOLDEN, "models"), models, { recursive: true });
    const { code, stderr } = await mergeIn(models, [recipe("ties"), "--out", "a", "--overwrite", ...wasm]);
    expect(code).toBe(1);
    expect(stderr).toContain("output/is-input");
  });

  it("when a model is damaged", async () => {
    const models = join(folder, "models");
    await cp(join(GOLDEN, "models"), models, { recursive: true });
    await writeFile(join(models, "a", "model.safetensors"), "not a model");
    const { code, stderr } = await mergeIn(models, [recipe("ties"), "--out", out(), ...wasm]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^model\/text-file: model\.safetensors of a /m);
  });
});

it("replaces a model, stale shards and index included, with --overwrite", async () => {
  await merge([recipe("ties"), "--out", out(), "--shard-size", "50K", ...wasm]);
  const { code } = await merge([recipe("ties"), "--out", out(), "--overwrite", ...wasm]);
  expect(code).toBe(0);
  const weights = (await readdir(out())).filter((name) => name.includes("safetensors"));
  expect(weights).toEqual(["model.safetensors"]);
});

it("clears away with --overwrite what a crash left of a shard", async () => {
  await mkdir(out());
  await writeFile(join(out(), "model-00002-of-00004.safetensors.part"), "half");
  expect(await merge([recipe("ties"), "--out", out(), "--overwrite", ...wasm])).toMatchObject({ code: 0 });
  expect((await readdir(out())).filter((name) => name.endsWith(".part"))).toEqual([]);
});

it("merges where nothing can be kept for the next time", async () => {
  const noFolder = join(await written("a file"), "cache");
  const { code, stderr } = await mergeIn(join(GOLDEN, "models"), [recipe("ties"), "--out", out(), ...wasm], {
    cache: noFolder,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("Merged") });
});

it("shows control characters of a recipe and changes no terminal with them", async () => {
  const path = await written('merge_method: linear\nmodels: [{model: "./\\e[2Jgone", parameters: {weight: 1}}]\n');
  const { code, stderr } = await merge([path, "--out", out(), ...wasm]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('"./\\x1b[2Jgone"') });
});

it("goes on where a crash left the same folder, and refuses another recipe there", async () => {
  const sharded = ["--shard-size", "40K", ...wasm];
  // What a crash would leave: the folder as it lies on disk behind the first finished file.
  const crashed = join(folder, "crashed", "out");
  const onText = () => {
    const files = existsSync(out()) ? readdirSync(out()) : [];
    if (files.some((name) => /^model-.*\.safetensors$/.test(name)) && !existsSync(crashed)) {
      cpSync(out(), crashed, { recursive: true });
    }
  };
  await merge([recipe("ties"), "--out", out(), ...sharded], onText);
  expect(await readdir(crashed)).not.toContain("config.json");

  const other = await merge([recipe("linear"), "--out", crashed, ...sharded]);
  expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining("output/other-run") });
  const otherSize = await merge([recipe("ties"), "--out", crashed, "--seed", "7", ...wasm]);
  expect(otherSize).toMatchObject({ code: 1, stderr: expect.stringContaining("another --seed, --shard-size (") });
  const { code, stderr } = await merge([recipe("ties"), "--out", crashed, ...sharded]);
  expect(stderr).toMatch(/Going on: \d+ of 39 tensors/);
  expect(code).toBe(0);
  expect(await hashes(crashed)).toEqual(await hashes(out()));
});

it("reads models from the Hub, pinned where the recipe pins them, and fetches nothing twice", async () => {
  const hub = await startHub({
    repositories: ["base", "a", "b"].map((name) => ({
      id: `acme/${name}`,
      folder: join(GOLDEN, "models", name),
      tags: ["safetensors"],
    })),
  });
  try {
    const local = await readFile(recipe("ties"), "utf8");
    const commit = hub.repository("acme/a").branches.get("main")?.sha;
    const pinned = `# awase: {revisions: {acme/a: ${commit}}}\n${local.replace(/model: (\w+)/g, "model: acme/$1")}`;
    const path = await written(pinned);
    const args = [path, "--hub", hub.url, "--json", "--quiet", ...wasm];
    const first = await merge([...args, "--out", join(folder, "1")]);
    expect(first).toMatchObject({ code: 0 });
    hub.log.clear();
    const second = await merge([...args, "--out", join(folder, "2")]);
    expect(second).toMatchObject({ code: 0 });
    const ranges = hub.log.entries().filter(({ headers }) => headers.range !== undefined);
    expect(ranges).toEqual([]);
    await merge([recipe("ties"), "--out", out(), ...wasm]);
    const weights = async (name: string) => (await hashes(join(folder, name))).get("model.safetensors");
    expect([await weights("1"), await weights("2")]).toEqual([await weights("out"), await weights("out")]);
  } finally {
    await hub.close();
  }
});

describe("a guarded merge", () => {
  const samples = join(import.meta.dirname, "../../public/samples");
  const broken = `merge_method: task_arithmetic
base_model: llama-base
models: [{model: llama-ja, parameters: {weight: 30}}]
dtype: float32
`;
  const guarded = async (...options: string[]) => {
    await writeFile(join(folder, "prompts.txt"), "太郎は駅で鳥を見ました。\nMia went to the shop.\n");
    const guard = ["--guard", join(folder, "prompts.txt"), "--guard-layers", "6", ...options];
    return mergeIn(samples, [await written(broken), "--out", out(), ...guard, ...wasm]);
  };

  it("tells of each stage, and writes what the guard settled on", async () => {
    const { code, stderr } = await guarded();
    expect(code).toBe(0);
    expect(stderr).toMatch(/Guard: the base has perplexity \S+; at most 2 times that is allowed/);
    expect(stderr).toMatch(/^head .*over the cap, rolled back$/m);
    expect(stderr).toMatch(/^layers 0–5 .*rolled back$/m);
    expect(await readFile(join(out(), "mergekit_config.yml"), "utf8")).not.toBe(broken);
  });

  it("fails where the guard stops it, and leaves nothing", async () => {
    const { code, stderr } = await guarded("--guard-action", "stop", "--cap", "3");
    expect(code).toBe(1);
    expect(stderr).toContain("guard/stopped");
    await expect(readdir(out())).rejects.toThrow();
  });
});

describe("a guarded stack of layers", () => {
  const stack = `merge_method: passthrough
slices:
  - sources: [{model: llama-base, layer_range: [4, 6]}]
  - sources: [{model: llama-base, layer_range: [0, 6]}]
`;
  const guarded = async (...options: string[]) => {
    await writeFile(join(folder, "prompts.txt"), "太郎は駅で鳥を見ました。\nMia went to the shop.\n");
    const samples = join(import.meta.dirname, "../../public/samples");
    const guard = ["--guard", join(folder, "prompts.txt"), "--cap", "1.01", ...options];
    return mergeIn(samples, [await written(stack), "--out", out(), ...guard, ...wasm]);
  };

  it("is measured as a whole, warned of, and written", async () => {
    const { code, stderr } = await guarded();
    expect(stderr).toMatch(/^Guard: The merge has 8 layers and llama-base has 6, so no group .* can be taken back/m);
    expect(stderr).toMatch(/^whole .*over the cap, kept$/m);
    expect(code).toBe(0);
    expect(await readFile(join(out(), "mergekit_config.yml"), "utf8")).toBe(stack);
  });

  it("is stopped where that was asked for", async () => {
    const { code, stderr } = await guarded("--guard-action", "stop");
    expect(stderr).toContain("guard/stopped-whole");
    expect(code).toBe(1);
    await expect(readdir(out())).rejects.toThrow();
  });
});

it("leaves a folder alone in which another process is at work", async () => {
  await mkdir(out());
  await writeFile(join(out(), ".awase-lock"), String(process.ppid));
  const { code, stderr } = await merge([recipe("ties"), "--out", out(), "--overwrite", ...wasm]);
  expect(code).toBe(1);
  expect(stderr).toContain(`output/busy: Process ${process.ppid} is writing`);
  expect(await readdir(out())).toEqual([".awase-lock"]);
});

describe("an interrupted merge", () => {
  it("leaves nothing and ends with 130", async () => {
    const interrupt = new AbortController();
    const onText = (text: string) => text.includes("tensors") && interrupt.abort();
    const { code, stderr } = await mergeIn(join(GOLDEN, "models"), [recipe("ties"), "--out", out(), ...wasm], {
      onText,
      interrupt,
    });
    expect(code).toBe(130);
    expect(stderr).toContain("Interrupted");
    await expect(readdir(out())).rejects.toThrow();
  });
});
