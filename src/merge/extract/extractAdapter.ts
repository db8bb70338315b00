import type { Bytes } from "../../base/bytes";
import type { Device } from "../../compute/device";
import { narrow, widen } from "../../formats/convert";
import { DTYPE_BYTES, isFloatDType, type OutputDType } from "../../formats/dtypes";
import { planShards } from "../../formats/safetensorsWriter";
import { elementCount, type TensorFacts } from "../../formats/tensor";
import type { OutputFolder } from "../../io/types";
import type { Model, ModelTensor } from "../../model/model";
import { adapterCard, adapterConfig, type ModuleRank } from "./adapterFiles";
import { Difference } from "./difference";
import { type Decomposition, factorise } from "./factorise";
import { type ExtractedModule, type ExtractionChoices, type ExtractionPlan, planExtraction } from "./planExtraction";

export interface ExtractionOptions extends ExtractionChoices {
  /** Gives the root of each singular value to both factors; otherwise all of it to A. */
  readonly distributeScale: boolean;
  readonly decomposition: Decomposition;
  /** Of the random directions. */
  readonly seed: number;
}

export interface ExtractionRun {
  readonly device: Device;
  readonly output: OutputFolder;
  readonly options: ExtractionOptions;
  /** Elements that are through, of all that are decomposed or copied. */
  readonly onProgress?: (done: number, total: number, tensor: string) => void;
  /** Makes sure, before anything looks whole, that what was read is what is published. */
  readonly hold?: () => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

export interface ExtractionReport {
  readonly modules: number;
  readonly saved: readonly string[];
  /** Least and largest rank. */
  readonly ranks: readonly [number, number];
  /** Tensors that an adapter has no place for and in which the models differ or may differ. */
  readonly left: readonly string[];
  /** Some of the matrices have biases, whose differences peft passes over: it has them for all modules of an adapter or for none. */
  readonly someBiases: boolean;
  readonly vocabularies?: ExtractionPlan["vocabularies"];
  readonly bytes: number;
}

const FILE = "adapter_model.safetensors";
const CONFIG = "adapter_config.json";
/** Elements of a tensor that are copied at a time. */
const COPIED = 4 * 2 ** 20;

/** What a module became: rows of A and columns of B as stored bytes. */
interface Factors {
  readonly rank: number;
  readonly a: Bytes;
  readonly b: Bytes;
}

/**
 * Writes the adapter that makes `model` of `base`: `adapter_model.safetensors`, `adapter_config.json` and a card, as mergekit's
 * extract-lora has them. The config comes last: a folder that looks like an adapter is one. Where nothing decides about ranks but
 * `maxRank`, factors are written as they are made; with `svEpsilon` they are kept until all ranks are known.
 * @throws {AwaseError} as `planExtraction`; `extract/non-finite`; what reading, computing and writing throw
 */
export async function extractAdapter(model: Model, base: Model, run: ExtractionRun): Promise<ExtractionReport> {
  const { options, output } = run;
  const plan = planExtraction(model, base, options);
  const progress = startProgress(plan, run);
  const known = new Map<string, Factors>();
  if (options.svEpsilon > 0) {
    for (const module of plan.modules) known.set(module.module, await factorsOf(module, model, base, run, progress));
  }
  const ranks: readonly ModuleRank[] = plan.modules.map(({ module, rank }) => ({
    module,
    rank: known.get(module)?.rank ?? rank,
  }));
  const tensors = [
    ...plan.modules.flatMap((module, at) => [...factorFacts(module, ranks[at]?.rank ?? 0), ...biasFacts(module)]),
    ...plan.saved.map(savedFacts),
  ];
  const [shard] = planShards(tensors, 0);
  if (!shard) throw new TypeError("An adapter has a file.");
  const places = new Map(shard.tensors.map(({ name, start }) => [name, start]));
  const sink = await output.create(FILE, { size: shard.size });
  const put = async (name: string, bytes: Bytes, at = 0) => {
    run.signal?.throwIfAborted();
    if (bytes.length > 0) await sink.write(bytes, (places.get(name) ?? 0) + at);
  };
  try {
    await sink.write(shard.header, 0);
    for (const module of plan.modules) {
      const { a, b } = known.get(module.module) ?? (await factorsOf(module, model, base, run, progress));
      known.delete(module.module);
      const [first, second] = factorFacts(module, 0);
      await put(first.name, a);
      await put(second.name, b);
      if (module.bias) await put(biasName(module), await biasOf(module.bias, module.dtype, model, base, run.signal));
    }
    for (const tensor of plan.saved) await copy(tensor, model, put, progress, run.signal);
    await run.hold?.();
    await output.remove(CONFIG); // of an adapter that was here before: its scales are not those of the new weights
    await sink.close();
  } catch (error) {
    await sink.abort().catch(() => undefined);
    throw error;
  }
  const files = { model: model.key, base: base.key, plan, ranks };
  const card = new TextEncoder().encode(adapterCard(files));
  const config = new TextEncoder().encode(adapterConfig(files));
  await writeWhole(output, "README.md", card);
  await writeWhole(output, CONFIG, config);
  const all = ranks.map(({ rank }) => rank);
  return {
    modules: plan.modules.length,
    saved: plan.savedModules,
    ranks: all.reduce<[number, number]>(([a, b], rank) => [Math.min(a, rank), Math.max(b, rank)], [all[0] ?? 0, 0]),
    left: plan.left,
    someBiases: plan.modules.some(({ bias }) => bias) && !plan.modules.every(({ bias }) => bias),
    ...(plan.vocabularies ? { vocabularies: plan.vocabularies } : {}),
    bytes: shard.size + card.length + config.length,
  };
}

type Progress = (elements: number, tensor: string) => void;

function startProgress({ modules, saved }: ExtractionPlan, { onProgress }: ExtractionRun): Progress {
  const counts = [...modules.map(({ model }) => model), ...saved].map(({ shape }) => elementCount(shape));
  const total = counts.reduce((sum, count) => sum + count, 0);
  let done = 0;
  return (elements, tensor) => {
    done += elements;
    onProgress?.(done, total, tensor);
  };
}

async function factorsOf(
  module: ExtractedModule,
  model: Model,
  base: Model,
  { device, options, signal }: ExtractionRun,
  progress: Progress,
): Promise<Factors> {
  const difference = new Difference(module, { model, base });
  const how = { device, how: options.decomposition, seed: options.seed, signal };
  const { sigma, left, right } = await factorise(difference, module.rank, how);
  const rank = options.svEpsilon > 0 ? sigma.filter((value) => value > options.svEpsilon).length : sigma.length;
  const [toA, toB] = options.distributeScale ? [Math.sqrt, Math.sqrt] : [(value: number) => value, () => 1];
  // A turned difference has its directions changed over.
  const [outputs, inputs] = module.turned ? [right, left] : [left, right];
  const a = new Float32Array(rank * inputs.columns);
  const b = new Float32Array(outputs.columns * rank);
  for (let k = 0; k < rank; k++) {
    const [forA, forB] = [toA(sigma[k] ?? 0), toB(sigma[k] ?? 0)];
    for (let j = 0; j < inputs.columns; j++) {
      a[k * inputs.columns + j] = forA * (inputs.data[k * inputs.columns + j] ?? 0);
    }
    for (let i = 0; i < outputs.columns; i++) b[i * rank + k] = forB * (outputs.data[k * outputs.columns + i] ?? 0);
  }
  progress(elementCount(module.model.shape), module.module);
  return { rank, a: narrow(a, module.dtype), b: narrow(b, module.dtype) };
}

/** Names and shapes of A and B, as peft has them. */
function factorFacts(
  { module, kind, model, turned, dtype }: ExtractedModule,
  rank: number,
): readonly [TensorFacts, TensorFacts] {
  const [rows = 0, columns = 0] = model.shape;
  const [outputs, inputs] = turned ? [columns, rows] : [rows, columns];
  const name = (factor: "A" | "B") =>
    `base_model.model.${module}.${kind === "embedding" ? `lora_embedding_${factor}` : `lora_${factor}.weight`}`;
  return [
    { name: name("A"), dtype, shape: [rank, inputs] },
    { name: name("B"), dtype, shape: [outputs, rank] },
  ];
}

const biasName = ({ module }: ExtractedModule) => `base_model.model.${module}.lora_B.bias`;

function biasFacts(module: ExtractedModule): readonly TensorFacts[] {
  const { bias, dtype } = module;
  return bias ? [{ name: biasName(module), dtype, shape: bias.model.shape }] : [];
}

async function biasOf(
  bias: NonNullable<ExtractedModule["bias"]>,
  dtype: OutputDType,
  model: Model,
  base: Model,
  signal: AbortSignal | undefined,
): Promise<Bytes> {
  const [ours, theirs] = await Promise.all([valuesOf(model, bias.model, signal), valuesOf(base, bias.base, signal)]);
  for (const [i, value] of theirs.entries()) ours[i] = (ours[i] ?? 0) - value;
  return narrow(ours, dtype);
}

async function valuesOf({ weights }: Model, { name, dtype, shape }: ModelTensor, signal: AbortSignal | undefined) {
  const bytes = await weights.read(name, 0, elementCount(shape), signal);
  return isFloatDType(dtype) ? widen(bytes, dtype) : new Float32Array(elementCount(shape));
}

function savedFacts({ name, dtype, shape }: ModelTensor): TensorFacts {
  return { name: `base_model.model.${name}`, dtype, shape };
}

async function copy(
  tensor: ModelTensor,
  { weights }: Model,
  put: (name: string, bytes: Bytes, at: number) => Promise<void>,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { name, dtype, shape } = tensor;
  const count = elementCount(shape);
  for (let start = 0; start < count; start += COPIED) {
    const end = Math.min(start + COPIED, count);
    await put(savedFacts(tensor).name, await weights.read(name, start, end, signal), start * DTYPE_BYTES[dtype]);
    progress(end - start, name);
  }
}

async function writeWhole(output: OutputFolder, path: string, bytes: Bytes): Promise<void> {
  const sink = await output.create(path, { size: bytes.length });
  try {
    await sink.write(bytes, 0);
    await sink.close();
  } catch (error) {
    await sink.abort().catch(() => undefined);
    throw error;
  }
}
