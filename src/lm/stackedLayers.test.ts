import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openCpuDevice } from "../compute/devices/cpu";
import { nodeFolder } from "../io/node";
import type { Checkpoint } from "../model/checkpoint";
import { openCheckpoint } from "../model/open";
import { tensorNamed } from "../model/sources/tensorNamed";
import type { TensorSource } from "../model/sources/tensorSource";
import { testMethods } from "../recipe/plan/methods.testing";
import type { MergePlan } from "../recipe/plan/plan";
import { planMerge } from "../recipe/plan/planMerge";
import { openLanguageModel } from "./open";
import { specOf } from "./specOf";
import type { LanguageModel } from "./types";

const GOLDEN = fileURLToPath(new URL("../../e2e/golden/forward/", import.meta.url));
type Change = Readonly<Record<string, unknown>>;

/** A golden model whose config says some things differently, and others (`undefined`) not at all. */
async function model(name: string, change: Change): Promise<Checkpoint> {
  const checkpoint = await openCheckpoint(name, await nodeFolder(`${GOLDEN}${name}`));
  const configText = JSON.stringify({ ...checkpoint.config, ...change });
  return { ...checkpoint, configText, config: JSON.parse(configText) };
}

function stackOf(checkpoint: Checkpoint, ranges: Ranges): MergePlan {
  const slices = ranges.map((range) => `  - sources: [{model: m, layer_range: [${range.join(", ")}]}]\n`);
  const recipe = `merge_method: passthrough\nslices:\n${slices.join("")}`;
  const { plan, problems } = planMerge(recipe, new Map([["m", { ...checkpoint, key: "m" }]]), testMethods, {
    budgetBytes: 2 ** 26,
  });
  return plan ?? expect.unreachable(problems.map(({ message }) => message).join("\n"));
}

const numbers = (ranges: Ranges) =>
  ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i));

/** Rules by number in force: what transformers would write out is not there. */
const MODELS: readonly [string, Change][] = [
  ["gemma2", {}],
  ["gemma2", { layer_types: undefined }],
  ["gemma3", { layer_types: undefined, sliding_window_pattern: 3 }],
  ["cohere2", {}],
  ["cohere2", { layer_types: undefined, sliding_window_pattern: 3 }],
  ["smollm3", {}],
  ["smollm3", { layer_types: undefined, no_rope_layers: undefined, no_rope_layer_interval: 2 }],
  ["smollm3", { layer_types: undefined, use_sliding_window: true, sliding_window: 8 }],
  ["qwen2", { layer_types: undefined, use_sliding_window: true, sliding_window: 8, max_window_layers: 1 }],
  ["qwen3", { layer_types: undefined, use_sliding_window: true, sliding_window: 8, max_window_layers: 2 }],
  ["qwen3_moe", { mlp_only_layers: undefined }],
];
type Ranges = readonly (readonly [number, number])[];
const STACKS: readonly Ranges[] = [
  [
    [0, 3],
    [1, 3],
  ],
  [
    [0, 2],
    [1, 3],
  ],
  [[1, 3]],
  [
    [2, 3],
    [0, 1],
    [0, 3],
  ],
];

describe.each(MODELS)("a stack of %s %o", (name, change) => {
  it.each(STACKS.map((ranges) => ({ ranges })))(
    "runs every layer as its own model does: $ranges",
    async ({ ranges }) => {
      const checkpoint = await model(name, change);
      const { config } = stackOf(checkpoint, ranges);
      const [own, stacked] = [specOf(checkpoint.config), specOf(config)];
      expect(stacked.layers).toEqual(numbers(ranges).map((layer) => own.layers[layer]));
    },
  );
});

/** A stack as a source: tensors of the checkpoint under other names. */
function renamed(plan: MergePlan, checkpoint: Checkpoint): TensorSource {
  const source = checkpoint.weights;
  const tensors = new Map(plan.tensors.map((tensor) => [tensor.name, tensor]));
  const own = (name: string) => tensorNamed(tensors, name, "the stack").inputs[0]?.tensor ?? "";
  return {
    tensors,
    read: (name, ...rest) => source.read(own(name), ...rest),
    place: (name, ...rest) => source.place(own(name), ...rest),
    ranges: (name, ...rest) => source.ranges(own(name), ...rest),
    bytesOf: (name, elements) => source.bytesOf(own(name), elements),
  };
}

const TEXT = Array.from({ length: 24 }, (_, at) => (7 * at + 3) % 50);

async function statesOf(model: LanguageModel, ranges: Ranges): Promise<Float32Array> {
  using activations = await model.embed([TEXT]);
  for (const [from, to] of ranges) await model.layers(activations, from, to);
  return await model.states(
    activations,
    TEXT.map((_, at) => ({ sequence: 0, at })),
  );
}

it("a stack of a Gemma 2 gives what the model itself gives when its layers are run in that order", async () => {
  const checkpoint = await model("gemma2", { layer_types: undefined });
  const device = openCpuDevice({ reason: "A test asks for it." });
  const own = await openLanguageModel({ config: checkpoint.config, source: checkpoint.weights, device });
  const ranges = [
    [0, 2],
    [1, 3],
  ] as const;
  const plan = stackOf(checkpoint, ranges);
  const source = renamed(plan, checkpoint);
  const stack = await openLanguageModel({ config: plan.config, source, device });
  const expected = await statesOf(own, ranges);
  expect(await statesOf(stack, [[0, 4]])).toEqual(expected);
  // By the number alone layers 2 and 3 would see the other part of the text.
  const { layer_types: _, ...byNumber } = plan.config;
  const wrong = await openLanguageModel({ config: byNumber, source, device });
  expect(await statesOf(wrong, [[0, 4]])).not.toEqual(expected);
});
