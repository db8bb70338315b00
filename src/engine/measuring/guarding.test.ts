import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it, vi } from "vitest";
import type { GuardOptions, PromptSet } from "../../eval/types";
import { MemoryFolder } from "../../io/memory";
import { MemoryEnvironment } from "../machine/memoryEnvironment";
import type { GuardEvent } from "../protocol/evalProtocol";
import type { MergeEvent } from "../protocol/protocol";
import { filesOf, hashesOf, OPTIONS, openSampleSession, SAMPLES } from "../session.testing";

const laidOut = vi.hoisted(() => [] as string[]);
vi.mock("../../recipe/plan/structure", async (original) => {
  const real = await original<typeof import("../../recipe/plan/structure")>();
  const structure: typeof real.structure = (text, ...over) => {
    laidOut.push(text);
    return real.structure(text, ...over);
  };
  return { ...real, structure };
});
beforeEach(() => void laidOut.splice(0));

const GOLDEN = join(import.meta.dirname, "../../../e2e/golden/samples");
const set: PromptSet = {
  id: "mixed",
  name: "mixed",
  split: "search",
  prompts: readFileSync(join(GOLDEN, "prompts-mixed.jsonl"), "utf8")
    .split("\n")
    .slice(0, 2)
    .map((line) => JSON.parse(line) as { text: string }),
};
const GUARD: GuardOptions = {
  sets: [set],
  cap: 2,
  action: "roll-back",
  groupLayers: 6,
  order: "down",
  positions: "tail:8",
};
/** Nothing is left of a model whose task vectors are taken thirty times. */
const BROKEN = `merge_method: task_arithmetic
base_model: llama-base
models:
  - {model: llama-ja, parameters: {weight: 30}}
  - {model: llama-math, parameters: {weight: 30}}
dtype: float32
`;
const DAMAGED = "model.layers.4.mlp.up_proj.weight";
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

it("rolls a broken recipe back before it is written, and writes what its own recipe gives", async () => {
  const environment = new MemoryEnvironment();
  const { session } = await openSampleSession(environment);
  const events: MergeEvent[] = [];
  const report = await session.merge(
    BROKEN,
    { ...OPTIONS, guard: GUARD, run: "guarded" },
    { onEvent: (event) => events.push(event) },
  );

  const stages = events.flatMap((event) => (event.type === "guard-stage" ? [event.stage] : []));
  expect(stages.map(({ group, verdict }) => [group.id, verdict])).toEqual([
    ["head", "rolled-back"],
    ["layers 0–5", "rolled-back"],
    ["embedding", "rolled-back"],
  ]);
  for (const { relative, drift } of stages) {
    expect(relative.ratio).toBeGreaterThan(2);
    expect(drift.length).toBeGreaterThan(0);
  }
  expect(report.guard).toEqual(events.findLast((event) => event.type === "guard-end")?.report);
  expect(report.guard?.end.relative.ratio).toBeCloseTo(1, 5);
  const order = ["guard-begin", "guard-stage", "guard-end", "progress"].map((kind) =>
    events.findIndex(({ type }) => type === kind),
  );
  expect(order).toEqual(order.toSorted((a, b) => a - b));

  const settled = report.guard?.recipe ?? "";
  expect(settled).not.toBe(BROKEN);
  expect(text(filesOf(environment, "guarded").get("mergekit_config.yml"))).toBe(settled);
  expect(await session.results()).toMatchObject([{ recipe: settled }]);
  await session.merge(settled, { ...OPTIONS, run: "again" });
  expect(hashesOf(environment, "again")).toEqual(hashesOf(environment, "guarded"));
});

it("stops where it is told to, names the place, and writes nothing", async () => {
  const environment = new MemoryEnvironment();
  const { session } = await openSampleSession(environment);
  const options = { ...OPTIONS, guard: { ...GUARD, action: "stop" as const, cap: 3 } };
  const error = await session.merge(BROKEN, { ...options, run: "job" }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "guard/stopped", facts: { group: "head", cap: 3, stage: 0 } });
  expect(filesOf(environment, "job").size).toBe(0);
  expect([await session.unfinished(), await session.results()]).toEqual([[], []]);
});

it("names the tensor where it stops at NaN, which no lower weight would mend", async () => {
  const environment = new MemoryEnvironment();
  const { session } = await openSampleSession(environment);
  await session.place("damaged", withNaN(join(SAMPLES, "llama-ja"), DAMAGED));
  const recipe = BROKEN.replace("llama-ja", "damaged").replaceAll("30", "0.5");
  const options = { ...OPTIONS, guard: { ...GUARD, action: "stop" as const } };
  const error = await session.merge(recipe, { ...options, run: "job" }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: "guard/not-finite",
    facts: { group: "layers 0–5", stage: 1, tensor: DAMAGED, found: 1 },
  });
  expect(filesOf(environment, "job").size).toBe(0);
});

it("does not watch a second time when a guarded merge goes on", async () => {
  let broken = true;
  const environment = new MemoryEnvironment({
    wrapOutput: (output) => ({
      name: output.name,
      remove: (path) => output.remove(path),
      async create(path, options) {
        if (broken && path.startsWith("model-00003")) throw new Error("The disk is away.");
        return output.create(path, options);
      },
    }),
  });
  const { session } = await openSampleSession(environment);
  const options = { ...OPTIONS, shardBytes: 1_500_000, guard: GUARD };
  await expect(session.merge(BROKEN, { ...options, run: "job" })).rejects.toThrow("The disk is away.");
  expect(await session.unfinished()).toMatchObject([{ id: "job", recipe: BROKEN }]);
  broken = false;
  const events: MergeEvent[] = [];
  const report = await session.resume("job", undefined, { onEvent: (event) => events.push(event) });
  expect(events.filter(({ type }) => type.startsWith("guard"))).toEqual([]);
  expect(text(filesOf(environment, "job").get("mergekit_config.yml"))).toBe(report.guard?.recipe);
});

/** The last two layers of six below all of them: no group of it can be taken back. */
const STACK = `merge_method: passthrough
slices:
  - sources: [{model: llama-base, layer_range: [4, 6]}]
  - sources: [{model: llama-base, layer_range: [0, 6]}]
dtype: float32
`;

it("says before a stack is merged that it can only be looked at as a whole", async () => {
  const { session } = await openSampleSession(new MemoryEnvironment());
  const { plan } = await session.check(STACK, 0);
  expect(plan?.guardLimit).toMatchObject({
    code: "guard/whole-depth",
    facts: { base: "llama-base", found: 8, expected: 6 },
  });
  expect((await session.check(BROKEN, 0)).plan?.guardLimit).toBeUndefined();
});

it("warns of a stack over the cap where it was told to roll back, and the stack is written all the same", async () => {
  const environment = new MemoryEnvironment();
  const { session } = await openSampleSession(environment);
  const events: MergeEvent[] = [];
  const guard = { ...GUARD, cap: 1.01 };
  const report = await session.merge(
    STACK,
    { ...OPTIONS, run: "stack", guard },
    { onEvent: (event) => events.push(event) },
  );
  expect(report.guard).toMatchObject({
    stages: [{ group: { kind: "whole" }, verdict: "warned", drift: [] }],
    strengths: {},
    recipe: STACK,
    stopped: false,
    limit: { code: "guard/whole-depth" },
  });
  expect(report.guard?.end.relative.ratio).toBeGreaterThan(1.01);
  expect(events.find((event) => event.type === "guard-begin")).toMatchObject({ limit: report.guard?.limit });
  expect(text(filesOf(environment, "stack").get("mergekit_config.yml"))).toBe(STACK);
  // The same figures as those of an ordinary measurement.
  const [measured] = await session.evaluate({
    subject: { kind: "recipe", recipe: STACK, seed: 0 },
    base: "llama-base",
    sets: [set],
    measures: ["perplexity", "divergence"],
    positions: GUARD.positions,
    maxTokens: 8,
  });
  expect(report.guard?.end.relative).toEqual(measured?.relative);
  expect(report.guard?.end.divergence).toEqual(measured?.divergence);
});

it("stops a stack over the cap where it was told to, and keeps one below it", async () => {
  const environment = new MemoryEnvironment();
  const { session } = await openSampleSession(environment);
  const stop = (cap: number) => ({ ...OPTIONS, run: "job", guard: { ...GUARD, action: "stop" as const, cap } });
  const error = await session.merge(STACK, stop(1.01)).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "guard/stopped-whole", facts: { base: "llama-base", cap: 1.01 } });
  expect(filesOf(environment, "job").size).toBe(0);
  const report = await session.merge(STACK, stop(1e6));
  expect(report.guard?.stages.map(({ verdict }) => verdict)).toEqual(["kept"]);
});

it("looks at a passthrough of the base's own shape as a whole too", async () => {
  const { session } = await openSampleSession(new MemoryEnvironment());
  const swapped = STACK.replace("[0, 6]", "[0, 4]").replace("llama-base", "llama-math");
  const report = await session.watch(swapped, 0, GUARD);
  expect(report).toMatchObject({ limit: { code: "guard/whole-method", facts: { base: "llama-math" } }, strengths: {} });
});

it("watches without a merge, and has nothing against what is sound", async () => {
  const environment = new MemoryEnvironment();
  const { session } = await openSampleSession(environment);
  const sound = BROKEN.replaceAll("30", "0.5");
  const events: GuardEvent[] = [];
  const report = await session.watch(sound, 0, { ...GUARD, order: "up" }, { onEvent: (event) => events.push(event) });
  expect(report).toMatchObject({ strengths: {}, recipe: sound, stopped: false });
  expect(report.stages.map(({ verdict }) => verdict)).toEqual(["kept", "kept", "kept"]);
  const bars = events.flatMap((event) => (event.type === "guard-progress" ? [event] : []));
  expect(bars.map(({ done }) => done)).toEqual(bars.map(({ done }) => done).toSorted((a, b) => a - b));
  expect(new Set(bars.map(({ total }) => total)).size).toBe(1);
  expect(environment.outputs.size).toBe(0);
});

/** A model's folder in memory, the first value of one bf16 tensor being NaN. */
function withNaN(folder: string, tensor: string): MemoryFolder {
  const files = readdirSync(folder).map((name): [string, Uint8Array] => [name, readFileSync(join(folder, name))]);
  const weights = new Map(files).get("model.safetensors") ?? expect.unreachable("no weights");
  const view = new DataView(weights.buffer, weights.byteOffset);
  const headerBytes = Number(view.getBigUint64(0, true));
  const header = JSON.parse(text(weights.subarray(8, 8 + headerBytes)));
  view.setUint16(8 + headerBytes + header[tensor].data_offsets[0], 0x7fc0, true);
  return new MemoryFolder("damaged", new Map(files));
}

it("lays out a recipe once, however many stages there are, and what it settles on once more", async () => {
  const { session } = await openSampleSession(new MemoryEnvironment());
  const kept = BROKEN.replaceAll("weight: 30", "weight: 1");
  const guard = { ...GUARD, groupLayers: 1 };
  await session.check(kept, 0);
  const whole = await session.merge(kept, { ...OPTIONS, guard, run: "kept" });
  expect(whole.guard?.stages).toHaveLength(8);
  expect(laidOut).toEqual([kept]);

  laidOut.splice(0);
  const report = await session.merge(BROKEN, { ...OPTIONS, guard: { ...guard, action: "halve" }, run: "halved" });
  expect(report.guard?.stages.length).toBeGreaterThan(8);
  expect(laidOut).toEqual([BROKEN, report.guard?.recipe]);
});
