import { expect, it } from "vitest";
import around from "../../e2e/golden/around/manifest.json";
import manifest from "../../e2e/golden/merge/manifest.json";
import type { Bytes } from "../base/bytes";
import type { Device } from "../compute/device";
import { keepBound, randomKey, randomWords } from "../compute/kernels/common/random";
import { widen } from "../formats/convert";
import { type DType, isFloatDType } from "../formats/dtypes";
import { elementCount } from "../formats/tensor";
import type { Folder } from "../io/types";
import type { Model } from "../model/model";
import { openCheckpoint } from "../model/open";
import { parseRecipe } from "../recipe/parse/parse";
import { folderReferences } from "../recipe/parse/references";
import { planModels } from "../recipe/plan/inputs/planModels";
import { plannedFolder } from "../recipe/plan/output/plannedFolder";
import type { MergePlan, PlannedTensor } from "../recipe/plan/plan";
import { planMerge } from "../recipe/plan/planMerge";
import { planTokenizer } from "../recipe/plan/vocabulary/planTokenizer";
import type { KnownVocabulary } from "../recipe/plan/vocabulary/vocabularies";
import { readVocabulary } from "../tokens/vocabulary";
import { inputSource } from "./inputs";
import { mergeToMemory } from "./merge.testing";
import { methodFacts } from "./registry";

const RECIPES = import.meta.glob<string>("../../e2e/golden/{merge,around}/recipes/*.yaml", {
  query: "?raw",
  import: "default",
  eager: true,
});

const recipeOf = (set: string, name: string) => RECIPES[`../../e2e/golden/${set}/recipes/${name}.yaml`] ?? "";

const MERGES = Object.entries(manifest.cases).map(([name, { compare }]) => ({ set: "merge", name, compare }));
/** What stands around a merge: those cases of it that are merges, and whose data lie here. */
const AROUND = Object.entries(around)
  .filter(([name, { kind }]) => (kind === "merge" || kind === "multi") && recipeOf("around", name) !== "")
  .map(([name, { compare }]) => ({ set: "around", name, compare }));
const CASES = [...MERGES, ...AROUND].map((found) => ({ ...found, recipe: recipeOf(found.set, found.name) }));

/** Fields of `config.json` that a merge decides or must keep. */
export const CONFIG_FIELDS = [
  "architectures",
  "model_type",
  "hidden_size",
  "intermediate_size",
  "num_hidden_layers",
  "num_attention_heads",
  "num_key_value_heads",
  "vocab_size",
  "tie_word_embeddings",
  "dtype",
] as const;

/** Values in f32, by tensor. */
type Values = ReadonlyMap<string, Float32Array>;

/** Merges what mergekit merged and compares. `folder` opens one of `e2e/golden`, as `merge/models/a`. */
export function describeGolden(device: () => Device, folder: (path: string) => Promise<Folder>): void {
  const open = async (path: string) => openCheckpoint(path.replace(/^.*\//, ""), await folder(path));

  it("knows the cases", () => expect(CASES).toHaveLength(53));

  it.each(CASES)("$name is what mergekit made", async ({ name, recipe, compare, set }) => {
    const parsed = parseRecipe(recipe).recipe;
    const keys = parsed ? folderReferences(parsed).map(({ key }) => key) : [];
    const opened = new Map<string, Model>();
    for (const key of keys) opened.set(key, await open(`${/^lora_/.test(key) ? "around" : "merge"}/models/${key}`));
    const vocabularies = new Map<string, KnownVocabulary>();
    for (const [key, { folder: from }] of opened) {
      const vocabulary = await readVocabulary(from);
      if (vocabulary) vocabularies.set(key, { vocabulary });
    }
    const options = {
      budgetBytes: 2 ** 28,
      tokenizers: planTokenizer,
      ...(/^(tokenizer|chat_template)/m.test(recipe) ? { vocabularies } : {}),
    };
    const { plan, problems } = planMerge(recipe, opened, methodFacts, options);
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    if (!plan) throw new Error("There are no errors, and no plan.");

    const expected = await open(`${set}/expected/${name}`);
    expect(facts(plan.tensors)).toEqual(facts([...expected.tensors.values()]));
    for (const field of CONFIG_FIELDS) expect(plan.config[field], field).toEqual(expected.config[field]);

    const models = planModels(plan, opened);
    const outputs = await mergeToMemory(plan, { models, device: device() });
    const merged = new Map(
      plan.tensors.map((tensor, i) => [tensor.name, decode(outputs[i] ?? new Uint8Array(), tensor.dtype)]),
    );
    const written = plannedFolder(plan, models, name);
    const golden = await inOurOrder(await valuesOf(expected), plan, written, expected.folder);
    if (compare === "statistics") return compareStatistics(plan, models, merged, golden);
    compareValues(plan, merged, golden, await leftOpen(plan, models));
  });
}

/** Ids of new tokens are left open: rows with a vocabulary axis in our order, which each folder's own tokenizer tells. */
async function inOurOrder(values: Values, { tensors }: MergePlan, ours: Folder, theirs: Folder): Promise<Values> {
  const [own, other] = [await readVocabulary(ours), await readVocabulary(theirs)];
  expect(new Set(own?.tokens)).toEqual(new Set(other?.tokens));
  const rows = own?.tokens.map((token) => other?.tokens.indexOf(token) ?? -1) ?? [];
  const ordered = new Map(values);
  for (const { name, shape } of tensors) {
    const found = values.get(name);
    if (!found || !/embed_tokens|lm_head/.test(name)) continue;
    const width = shape[1] ?? 1;
    const row = (at: number) => found.subarray(at * width, (at + 1) * width);
    const moved = Float32Array.from(found);
    for (const [to, from] of rows.entries()) moved.set(row(from), to * width);
    ordered.set(name, moved);
  }
  return ordered;
}

export function facts(
  tensors: readonly { readonly name: string; readonly dtype: DType; readonly shape: readonly number[] }[],
) {
  return tensors.map(({ name, dtype, shape }) => `${name} ${dtype} [${shape.join(", ")}]`).sort();
}

export async function valuesOf(checkpoint: Model): Promise<Values> {
  const source = checkpoint.weights;
  const values = new Map<string, Float32Array>();
  for (const [name, { dtype, shape }] of checkpoint.tensors) {
    values.set(name, decode(await source.read(name, 0, elementCount(shape)), dtype));
  }
  return values;
}

export function decode(bytes: Bytes, dtype: DType): Float32Array {
  if (!isFloatDType(dtype)) throw new Error(`No golden tensor is ${dtype}.`);
  return widen(bytes, dtype);
}

/** f32 within 2e-6 + 4e-6·|x|; 16-bit types at most one unit in the last place off, and equal in 99.9 % of the elements. */
export function compareValues(
  plan: MergePlan,
  merged: Values,
  golden: Values,
  exempt?: ReadonlyMap<string, ReadonlySet<number>>,
) {
  let compared = 0;
  let unequal = 0;
  let open = 0;
  for (const { name, dtype } of plan.tensors) {
    const found = merged.get(name) ?? new Float32Array();
    const expected = golden.get(name) ?? new Float32Array();
    expect(found).toHaveLength(expected.length);
    found.forEach((value, i) => {
      if (exempt?.get(name)?.has(i)) {
        open++;
        return;
      }
      const wanted = expected[i] ?? Number.NaN;
      const tolerance = dtype === "F32" ? 2e-6 + 4e-6 * Math.abs(wanted) : lastPlace(wanted, dtype);
      if (!(Math.abs(value - wanted) <= tolerance)) expect({ name, i, value }).toEqual({ name, i, value: wanted });
      compared++;
      if (value !== wanted) unequal++;
    });
  }
  expect(compared).toBeGreaterThan(open);
  if (plan.tensors.every(({ dtype }) => dtype !== "F32")) expect(unequal / compared).toBeLessThanOrEqual(0.001);
  else expect(open / compared).toBeLessThan(0.001);
}

/** The distance to a neighbour in a 16-bit type: the larger one at a power of two. */
function lastPlace(value: number, dtype: DType): number {
  const exponent = Math.floor(Math.log2(Math.max(Math.abs(value), Number.MIN_VALUE)));
  return dtype === "BF16" ? 2 ** (Math.max(exponent, -126) - 7) : 2 ** (Math.max(exponent, -14) - 10);
}

interface TaskVector {
  readonly model: string;
  readonly weight: number;
  readonly density: number;
  /** Of methods that draw by rank. */
  readonly epsilon: number | undefined;
  readonly delta: Float32Array;
}

/** The task vectors of a planned tensor. */
async function taskVectors({ rowMaps }: MergePlan, tensor: PlannedTensor, models: ReadonlyMap<string, Model>) {
  const read = async (input: PlannedTensor["inputs"][number]) => {
    const source = inputSource(input, models, rowMaps);
    return decode(await source.read(input.tensor, 0, elementCount(tensor.shape)), input.dtype);
  };
  const base = tensor.inputs.find(({ isBase }) => isBase);
  if (!base) throw new Error(`${tensor.name} has no base.`);
  const origin = await read(base);
  const vectors: TaskVector[] = [];
  for (const input of tensor.inputs.filter(({ isBase }) => !isBase)) {
    const delta = (await read(input)).map((value, i) => value - (origin[i] ?? 0));
    const { weight, density, epsilon } = input.parameters;
    vectors.push({
      model: input.model,
      weight: Number(weight),
      density: Number(density),
      epsilon: epsilon === undefined ? undefined : Number(epsilon),
      delta,
    });
  }
  return { origin, vectors };
}

/** Elements of which the reference leaves open what becomes of them. */
async function leftOpen(plan: MergePlan, models: ReadonlyMap<string, Model>) {
  if (plan.method === "ties") return thresholdTies(plan, models);
  return plan.method === "arcee_fusion" ? fusionTies(plan, models) : undefined;
}

/** Within this of its threshold, relatively, mergekit's divergence in f32 does not tell whether a score reaches it. */
const FUSION_NOISE = 0.003;

/** Elements whose score, worked out in f64 as the paper of the method has it, lies at the threshold. */
async function fusionTies(plan: MergePlan, models: ReadonlyMap<string, Model>) {
  const ties = new Map<string, ReadonlySet<number>>();
  for (const tensor of plan.tensors) {
    const { origin, vectors } = await taskVectors(plan, tensor, models);
    const delta = vectors[0]?.delta ?? new Float32Array();
    const length = tensor.shape.at(-1) ?? 1;
    const scores = new Float64Array(delta.length);
    for (let row = 0; row < delta.length; row += length) {
      const q = softmax(origin.subarray(row, row + length));
      const p = softmax(origin.subarray(row, row + length).map((value, i) => value + (delta[row + i] ?? 0)));
      const divergence = p.reduce((sum, share, i) => sum + share * Math.log(share / (q[i] ?? 0)), 0);
      for (let i = row; i < row + length; i++) scores[i] = Math.abs(delta[i] ?? 0) * divergence;
    }
    const sorted = scores.slice().sort();
    const at = (share: number) => sorted[Math.trunc(share * (sorted.length - 1))] ?? 0;
    const threshold = at(0.5) + 1.5 * (at(0.75) - at(0.25));
    const near = [...scores.keys()].filter((i) => Math.abs((scores[i] ?? 0) - threshold) <= FUSION_NOISE * threshold);
    ties.set(tensor.name, new Set(near));
  }
  return ties;
}

/** softmax + 1e-8, as mergekit takes it. */
function softmax(values: Float32Array): Float64Array {
  const top = values.reduce((a, b) => Math.max(a, b));
  const grown = Float64Array.from(values, (value) => Math.exp(value - top));
  const total = grown.reduce((a, b) => a + b);
  return grown.map((value) => value / total + 1e-8);
}

/**
 * Elements whose |delta| equals a threshold that cuts between equals: mergekit leaves open which of them are kept. The bf16 case is
 * full of them, but differences of float32 numbers meet by chance too.
 */
async function thresholdTies(plan: MergePlan, models: ReadonlyMap<string, Model>) {
  const ties = new Map<string, ReadonlySet<number>>();
  for (const tensor of plan.tensors) {
    const { vectors } = await taskVectors(plan, tensor, models);
    const indices = new Set<number>();
    for (const { delta, density } of vectors) {
      const sorted = delta.map(Math.abs).sort().reverse();
      const kept = Math.trunc(density * delta.length);
      const threshold = sorted[kept - 1];
      if (threshold === 0 || threshold !== sorted[kept]) continue; // whether a zero is kept makes no difference
      delta.forEach((value, i) => {
        if (Math.abs(value) === threshold) indices.add(i);
      });
    }
    ties.set(tensor.name, indices);
  }
  return ties;
}

/**
 * Masks are our own, so not element by element: both merges must leave the same share of elements at the base, and ours must be what
 * its masks say, every sparsified vector as long (L1) as the dense one.
 */
async function compareStatistics(plan: MergePlan, models: ReadonlyMap<string, Model>, merged: Values, golden: Values) {
  let elements = 0;
  let [unchanged, unchangedThere] = [0, 0];
  let expected = 0;
  for (const tensor of plan.tensors) {
    const { origin, vectors } = await taskVectors(plan, tensor, models);
    const found = merged.get(tensor.name) ?? new Float32Array();
    const there = golden.get(tensor.name) ?? new Float32Array();
    const masked = vectors.map((vector) => maskedVector(plan.seed, tensor, vector));
    const consensus = plan.method === "dare_ties" || plan.method === "della";
    origin.forEach((value, i) => {
      const votes = masked.map(({ kept }, k) => (vectors[k]?.weight ?? 0) * (kept[i] ?? 0));
      const sign = votes.reduce((sum, vote) => sum + vote, 0) >= 0 ? 1 : -1;
      const heard = votes.flatMap((vote, k) => (consensus && Math.sign(vote) !== sign ? [] : [k]));
      const share = plan.method === "della" ? heard.reduce((sum, k) => sum + (vectors[k]?.weight ?? 0), 0) : 1;
      const wanted = value + heard.reduce((sum, k) => sum + (votes[k] ?? 0), 0) / (share === 0 ? 1 : share);
      if (!(Math.abs((found[i] ?? 0) - wanted) <= 2e-6 + 4e-6 * Math.abs(wanted))) {
        expect({ tensor: tensor.name, i, value: found[i] }).toEqual({ tensor: tensor.name, i, value: wanted });
      }
      if (vectors.some(({ delta }) => delta[i] === 0)) return;
      elements++;
      expected += masked.reduce((product, { chance }) => product * (1 - chance(i)), 1);
      if (found[i] === value) unchanged++;
      if (there[i] === value) unchangedThere++;
    });
  }
  const dropAll = expected / elements;
  const fiveSigma = 5 * Math.sqrt((dropAll * (1 - dropAll)) / elements);
  expect(Math.abs(unchanged / elements - dropAll)).toBeLessThan(fiveSigma);
  expect(Math.abs(unchangedThere / elements - dropAll)).toBeLessThan(fiveSigma);
}

/** A task vector with our mask for it, of its former L1 norm, and the chance of each element to be kept. Checks the share that is. */
function maskedVector(
  seed: number,
  { name, shape }: PlannedTensor,
  { model, density, epsilon, delta }: TaskVector,
): { readonly kept: readonly number[]; readonly chance: (i: number) => number } {
  const words = new Uint32Array(delta.length);
  randomWords(randomKey(seed, model, name), 0, words);
  const ranks = epsilon === undefined ? undefined : ranksInRows(delta, shape.at(-1) ?? 1);
  const chance = (i: number) => {
    if (epsilon === undefined || !ranks) return density;
    const { fround } = Math;
    const twice = fround(2 * fround((ranks[i] ?? 0) / ((shape.at(-1) ?? 1) - 1)));
    return fround(fround(density - epsilon) + fround(twice * fround(epsilon)));
  };
  const keeps = Array.from(words, (word, i) => word < keepBound(chance(i)));
  const kept = Array.from(delta, (value, i) => (keeps[i] ? value : 0));
  const share = keeps.filter(Boolean).length / delta.length;
  expect(Math.abs(share - density)).toBeLessThan(5 * Math.sqrt((density * (1 - density)) / delta.length));
  const length = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + Math.abs(value), 0);
  const rescale = length(kept) === 0 ? 1 : length(delta) / length(kept);
  return { kept: kept.map((value) => value * rescale), chance };
}

/** From 0 for the smallest |delta| of each row; equals by place. */
function ranksInRows(delta: Float32Array, length: number): Uint32Array {
  const ranks = new Uint32Array(delta.length);
  for (let row = 0; row < delta.length; row += length) {
    const places = Array.from({ length }, (_, place) => row + place);
    places.sort((a, b) => Math.abs(delta[a] ?? 0) - Math.abs(delta[b] ?? 0) || a - b);
    for (const [rank, place] of places.entries()) ranks[place] = rank;
  }
  return ranks;
}
