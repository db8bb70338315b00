import type { Floats } from "../../base/bytes";
import type { Device } from "../../compute/device";
import { randomKey } from "../../compute/kernels/common/random";
import { residualRows } from "../../lm/forward/residualRows";
import { openLanguageModel } from "../../lm/open";
import type { Activations, LanguageModel } from "../../lm/types";
import type { Model } from "../../model/model";
import { type MixturePlan, type RouterPrompts, readsPrompts } from "../../recipe/mixture/mixture";
import type { MergePlan, PlannedTensor } from "../../recipe/plan/plan";
import { openTokenizer } from "../../tokens/tokenizer";
import type { TokenIds } from "../../tokens/types";
import { mergeFailure } from "../failures";
import { normals, uniforms } from "./normals";
import type { Routers } from "./stack";

/** Below it a row has no direction. */
const LEAST_NORM = 1e-8;

/**
 * The rows of all routers of a plan; none for a plan of something else. A row is what reaches a layer of the base for the positive
 * prompts, less the same for the negative ones, of length 1; or random numbers.
 *
 * A prompt is read behind the text of the tokenizer's BOS, as mergekit does. Its `hidden_avg` counts what fills short prompts up as
 * well, which depends on the version of transformers: here a prompt counts with its own tokens alone.
 * Source: reference/mergekit-recipes.md 4.2.
 * @throws {AwaseError} `merge/no-model`, and what opening tokenizer and model throws
 */
export async function makeRouters(
  { mixture, tensors, seed }: MergePlan,
  models: ReadonlyMap<string, Model>,
  device: Device,
  signal?: AbortSignal,
): Promise<Routers> {
  if (!mixture) return new Map();
  const routers = tensors.flatMap((tensor) => {
    const { made, shape } = tensor;
    return made?.kind === "router"
      ? { ...made, name: tensor.name, rowsCount: shape[0] ?? 0, hidden: shape[1] ?? 0 }
      : [];
  });
  if (!readsPrompts(mixture.gateMode)) {
    return new Map(routers.map(({ name, rowsCount, hidden }) => [name, drawn(mixture, seed, name, rowsCount, hidden)]));
  }
  const base = models.get(mixture.base);
  if (!base) throw mergeFailure("merge/no-model", { model: mixture.base });
  const reader = await PromptReader.open(base, device, signal);
  const asked = [...mixture.experts, ...(mixture.shared ? [mixture.shared] : [])];
  const depth = routers.reduce((most, { layer }) => Math.max(most, layer + 1), 0);
  const made: { readonly expert: number; readonly layers: readonly Floats[] }[] = [];
  for (const [expert, prompts] of asked.entries()) {
    made.push({ expert, layers: await rowsOf(reader, prompts, mixture, depth, signal) });
  }
  const result = new Map<string, Floats>();
  for (const { name, layer, rows, hidden } of routers) {
    const chosen = made.filter(({ expert }) => (rows === "shared") === (expert === mixture.experts.length));
    const values = new Float32Array(chosen.length * hidden);
    for (const [row, { layers }] of chosen.entries()) values.set(layers[layer] ?? [], row * hidden);
    result.set(name, values);
  }
  return result;
}

function drawn(
  { gateMode }: MixturePlan,
  seed: number,
  name: PlannedTensor["name"],
  rows: number,
  hidden: number,
): Floats {
  const key = randomKey(seed, "router", name);
  return gateMode === "random" ? normals(key, 0, rows * hidden) : uniforms(key, hidden ** -0.5, rows * hidden);
}

/** The row of one expert in each layer. */
async function rowsOf(
  reader: PromptReader,
  { positive, negative }: RouterPrompts,
  { gateMode }: MixturePlan,
  depth: number,
  signal: AbortSignal | undefined,
): Promise<readonly Floats[]> {
  const [toward, away] = [
    await reader.states(positive, gateMode, depth, signal),
    negative.length > 0 ? await reader.states(negative, gateMode, depth, signal) : undefined,
  ];
  return toward.map((row, layer) => {
    const other = away?.[layer];
    return Float32Array.from(unit(row.map((value, i) => value - (other?.[i] ?? 0))));
  });
}

/** What a model makes of prompts on their way through its layers. */
class PromptReader {
  private constructor(
    private readonly model: LanguageModel,
    private readonly encode: (prompt: string) => TokenIds,
  ) {}

  static async open({ folder, config, weights }: Model, device: Device, signal?: AbortSignal): Promise<PromptReader> {
    const tokenizer = await openTokenizer(folder, signal);
    const before = (tokenizer.bos === undefined ? undefined : tokenizer.tokenOf(tokenizer.bos)) ?? "";
    const model = await openLanguageModel({ config, source: weights, device });
    return new PromptReader(model, (prompt) => tokenizer.encode(before + prompt, { special: false }));
  }

  /** Of each layer, what enters it: the mean over prompts, or for `cheap_embed` the direction of all embeddings together. */
  async states(
    prompts: readonly string[],
    mode: MixturePlan["gateMode"],
    depth: number,
    signal: AbortSignal | undefined,
  ): Promise<readonly Float64Array[]> {
    const sequences = prompts.map(this.encode);
    using activations = await this.model.embed(sequences, signal);
    if (mode === "cheap_embed") {
      const row = unit(await summed(activations, sequences, () => 1));
      return Array.from({ length: depth }, () => row);
    }
    const share = ({ length }: TokenIds, at: number) => {
      if (mode === "hidden_avg") return 1 / (length * sequences.length);
      return at === length - 1 ? 1 / sequences.length : 0;
    };
    const rows: Float64Array[] = [];
    for (let layer = 0; layer < depth; layer++) {
      rows.push(await summed(activations, sequences, share));
      if (layer + 1 < depth) await this.model.layers(activations, layer, layer + 1, signal ? { signal } : {});
    }
    return rows;
  }
}

/** Rows of all tokens added up, each times its share. */
async function summed(
  activations: Activations,
  sequences: readonly TokenIds[],
  share: (ids: TokenIds, at: number) => number,
): Promise<Float64Array> {
  const taken = sequences.flatMap((ids, sequence) =>
    ids.flatMap((_, at) => {
      const part = share(ids, at);
      return part === 0 ? [] : { position: { sequence, at }, part };
    }),
  );
  const rows = await residualRows(
    activations,
    taken.map(({ position }) => position),
  );
  const width = rows.length / Math.max(1, taken.length);
  const sum = new Float64Array(width);
  for (const [row, { part }] of taken.entries()) {
    for (let i = 0; i < width; i++) sum[i] = (sum[i] ?? 0) + part * (rows[row * width + i] ?? 0);
  }
  return sum;
}

/** The same direction with length 1. */
function unit(row: Float64Array): Float64Array {
  const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
  return row.map((value) => value / Math.max(norm, LEAST_NORM));
}
