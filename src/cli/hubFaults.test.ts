import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Answer } from "../../e2e/hub/answer";
import { FAULTS } from "../../e2e/hub/everyFault";
import { corrupt, type Fault } from "../../e2e/hub/faults";
import { hastened } from "../../e2e/hub/haste";
import { type LocalHub, startHub } from "../../e2e/hub/server";
import { syntheticModel } from "../../e2e/syntheticModel";
import { runCommand } from "./command.testing";
import { evalCommand } from "./evalCommand";
import { mergeCommand } from "./mergeCommand";

/* Models of the local Hub are merged by the command line, and in the middle of it something happens to the Hub. */

const RECIPE = `merge_method: linear
models:
  - {model: acme/whole, parameters: {weight: 0.75}}
  - {model: acme/parts, parameters: {weight: 0.25}}
dtype: float32
out_dtype: bfloat16
`;
/** Three shards of half a megabyte. */
const SIZES = { layers: 1, vocabulary: 512, shardBytes: 600_000 };
const MIDDLE = 1;
const WITH_TOKENIZER = join(import.meta.dirname, "../../e2e/golden/merge/models/a");
const EVER = Number.POSITIVE_INFINITY;
/** What is asked for before the merge begins: one byte, by which a file is found, and what a header is looked for in. */
const BEFORE = [1, 256 * 1024];

let hub: LocalHub;
let folder: string;
let giveBack: () => void;
let undisturbed: Readonly<Record<string, string>>;
beforeAll(async () => {
  giveBack = hastened();
  const storage = (path: string) => (path.endsWith(".safetensors") ? ("lfs" as const) : ("git" as const));
  const tokenizer = Object.fromEntries(
    ["tokenizer.json", "tokenizer_config.json"].map((name) => [name, readFileSync(join(WITH_TOKENIZER, name))]),
  );
  hub = await startHub({
    repositories: [
      { id: "acme/whole", files: { ...syntheticModel(1, SIZES), ...tokenizer } },
      { id: "acme/parts", files: { ...syntheticModel(2, SIZES), ...tokenizer }, storage },
    ],
  });
  folder = mkdtempSync(join(tmpdir(), "awase-hub-"));
  expect(await merge()).toMatchObject({ code: 0 });
  undisturbed = hashes();
  rmSync(join(folder, "merged"), { recursive: true });
  rmSync(join(folder, "cache"), { recursive: true });
}, 120_000);
afterEach(() => {
  hub.mend();
  hub.log.clear();
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
});
afterAll(async () => {
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
  giveBack();
});

/** Merges into a folder `merged`, with a cache beside it. */
async function merge({ recipe = RECIPE, options = [] as readonly string[] } = {}) {
  const cwd = folder;
  writeFileSync(join(cwd, "recipe.yaml"), recipe);
  const args = [
    "recipe.yaml",
    "--out",
    "merged",
    "--device",
    "cpu",
    "--shard-size",
    "600K",
    "--hub",
    hub.url,
    ...options,
  ];
  return runCommand(mergeCommand, args, { cwd, cache: join(cwd, "cache") });
}

function hashes(): Readonly<Record<string, string>> {
  const out = join(folder, "merged");
  const hashOf = (file: string) =>
    createHash("sha256")
      .update(readFileSync(join(out, file)))
      .digest("hex");
  return Object.fromEntries(readdirSync(out).map((file) => [file, hashOf(file)]));
}

function fileOf(repo: string, shard: number) {
  const files = [...hub.repository(repo).head.files].filter(([path]) => path.endsWith(".safetensors"));
  const file = files[shard]?.[1];
  if (!file) throw new Error(`${repo} has ${files.length} shards`);
  return file;
}

/** A fault of as many answers that bring weights. */
function inTheMiddle(fault: Fault, times: number): Fault {
  let left = times;
  return (answer: Answer) => {
    if (BEFORE.includes(answer.body?.size ?? 0) || left === 0) return answer;
    left--;
    return fault(answer);
  };
}

/** The file server spoils a shard in the middle. */
function spoilWeights(fault: Fault, times: number): void {
  hub.fault({
    on: "cdn",
    match: new RegExp(fileOf("acme/parts", MIDDLE).sha256),
    times: EVER,
    fault: inTheMiddle(fault, times),
  });
}

/** Addresses run out in the middle, and the Hub, asked for new ones, has the fault. */
function spoilAddress(fault: Fault, times: number): void {
  const file = fileOf("acme/whole", MIDDLE);
  const runOut: Fault = (answer) => {
    hub.clock.advance(2 * 3_600_000);
    hub.fault({ on: "hub", match: /resolve\//, times, fault });
    return { ...answer, status: 403 };
  };
  hub.fault({ on: "cdn", match: new RegExp(file.xetHash), times: EVER, fault: inTheMiddle(runOut, 1) });
}

/** Has a fault for ever, then once, then none; each merge goes on where the last one ended. */
async function expectRightOrRefused(spoil: typeof spoilWeights, fault: Fault): Promise<void> {
  for (const times of [EVER, 1, 0]) {
    hub.mend();
    let spoiled = 0;
    const counted: Fault = (answer) => {
      spoiled++;
      return fault(answer);
    };
    if (times > 0) spoil(counted, times);
    const { code, stderr } = await merge();
    expect(spoiled).toBeGreaterThanOrEqual(Math.min(times, 1));
    if (code === 0) break;
    expect({ times, code, stderr }).toEqual({ times, code: 1, stderr: expect.stringMatching(/^hub\/[a-z-]+: /m) });
    expect(times).toBeGreaterThan(0);
    expect(existsSync(join(folder, "merged/config.json"))).toBe(false);
  }
  expect(hashes()).toEqual(undisturbed);
}

describe("a merge ends right, or is refused with a code and goes on to the same bytes, when in the middle of it", () => {
  it.each(FAULTS)("the file server has: %s", (_, fault) => expectRightOrRefused(spoilWeights, fault));
  it.each(FAULTS)("an address runs out and the Hub has: %s", (_, fault) => expectRightOrRefused(spoilAddress, fault));
});

describe("wrong bytes in the middle of a merge", () => {
  it("are named with both hashes, and only what was made of them is made again", async () => {
    spoilWeights(corrupt(50_001), 1);
    const { stderr } = await merge();
    const { sha256 } = fileOf("acme/parts", MIDDLE);
    expect(stderr).toMatch(
      new RegExp(`hub/bad-hash: acme/parts: model-00002-of-.* published sha256 \\(${sha256} ≠ [0-9a-f]{64}\\)`),
    );
    hub.log.clear();
    const again = await merge();
    expect(again.stderr).toMatch(/Going on: [1-9]\d* of \d+ tensors/);
    expect(hashes()).toEqual(undisturbed);
    const fetched = hub.log.entries("cdn").filter(({ headers }) => headers.range !== "bytes=0-0");
    expect(fetched.map(({ url }) => url)).toEqual(fetched.map(() => expect.stringContaining(sha256)));
  });
});

it("a model that came wrong is not measured, nothing of it is remembered, and the next try measures the right one", async () => {
  writeFileSync(join(folder, "tokens.json"), "[[1, 2, 3, 4, 5]]");
  async function measure(cache: string) {
    const args = ["acme/parts", "--tokens", "tokens.json", "--device", "cpu", "--json", "--quiet", "--hub", hub.url];
    const { code, stdout, stderr } = await runCommand(evalCommand, args, { cwd: folder, cache: join(folder, cache) });
    return { code, said: stdout + stderr };
  }
  const right = await measure("another-cache");
  expect(right).toMatchObject({ code: 0 });
  spoilWeights(corrupt(50_001), 1);
  expect(await measure("cache")).toEqual({ code: 1, said: expect.stringMatching(/^hub\/bad-hash: acme\/parts: /m) });
  expect(await measure("cache")).toEqual(right);
});

it("a guard that watched wrong bytes settles nothing", async () => {
  writeFileSync(join(folder, "prompts.txt"), "a b c\n");
  spoilWeights(corrupt(50_001), 1);
  const recipe = RECIPE.replace("merge_method: linear", "merge_method: task_arithmetic\nbase_model: acme/whole");
  const { code, stderr } = await merge({ recipe, options: ["--guard", "prompts.txt"] });
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^hub\/bad-hash: acme\/parts: /m) });
  expect(existsSync(join(folder, "merged/config.json"))).toBe(false);
});
