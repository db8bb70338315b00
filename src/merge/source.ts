import { AwaseError } from "../base/errors";
import type { Device } from "../compute/device";
import { applyMap, NotFiniteCounter } from "../compute/elementwise";
import type { BoundMap } from "../compute/map";
import { DTYPE_BYTES } from "../formats/dtypes";
import type { TensorFacts } from "../formats/tensor";
import type { Checkpoint } from "../model/checkpoint";
import type { MergePlan, PlannedTensor } from "../recipe/plan";
import { comingBlocks, hostBlocks } from "./blocks";
import { readElements } from "./inputs";
import { layoutOf, type MapWork, type TensorWork, tensorWork } from "./tensorWork";
import type { TensorSource } from "./types";

/** A model folder as tensors on demand. */
export class CheckpointSource implements TensorSource {
  constructor(private readonly checkpoint: Checkpoint) {}

  get tensors(): ReadonlyMap<string, TensorFacts> {
    return this.checkpoint.tensors;
  }

  /** @throws {AwaseError} `merge/no-tensor` */
  async read(name: string, start: number, end: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const stored = this.checkpoint.tensors.get(name) ?? noTensor(name, this.checkpoint.key);
    const source = await this.checkpoint.source(stored.file);
    const size = DTYPE_BYTES[stored.dtype];
    return source.read(stored.start + start * size, stored.start + end * size, signal);
  }
}

export interface MergedSourceOptions {
  readonly models: ReadonlyMap<string, Checkpoint>;
  readonly device: Device;
  /** Bytes of one input per block; for tests. */
  readonly blockBytes?: number;
}

/**
 * A recipe applied to checkpoints, as tensors on demand: a model that was never written. Asking for a stretch of a tensor
 * merges just that stretch. What its method must know of the whole tensor is worked out when it is first asked for, and kept:
 * a few numbers per tensor.
 */
export class MergedSource implements TensorSource {
  readonly tensors: ReadonlyMap<string, PlannedTensor>;
  readonly #works = new Map<string, Promise<TensorWork>>();
  readonly #maps = new Map<string, Promise<BoundMap>>();

  constructor(
    private readonly plan: MergePlan,
    private readonly options: MergedSourceOptions,
  ) {
    this.tensors = new Map(plan.tensors.map((tensor) => [tensor.name, tensor]));
  }

  /** @throws {AwaseError} `merge/no-tensor`, and what merging throws; NaN and Inf pass. */
  async read(name: string, start: number, end: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const tensor = this.tensors.get(name) ?? noTensor(name, "the merged model");
    const work = await remembered(this.#works, name, () => tensorWork(this.plan, tensor, this.options.models));
    if (work.kind === "copy") return readElements(work.inputs[0], start, end, signal);
    const map = await remembered(this.#maps, name, () => this.#bind(work, signal));
    return this.#map(work, map, start, end, signal);
  }

  async #bind(work: MapWork, signal: AbortSignal | undefined): Promise<BoundMap> {
    const { device } = this.options;
    using blocks = this.#blocks(work, 0, work.count, signal);
    return work.bind(device, blocks, signal);
  }

  async #map(work: MapWork, map: BoundMap, start: number, end: number, signal: AbortSignal | undefined) {
    const { device } = this.options;
    const size = DTYPE_BYTES[work.output];
    const made = new Uint8Array((end - start) * size);
    using counter = await NotFiniteCounter.open(device, work.inputs.length);
    using blocks = this.#blocks(work, start, end, signal);
    for await (const block of blocks.lastWalk()) {
      using out = await applyMap(device, map, block, work.dtypes, work.output, counter);
      made.set(await device.read(out, 0, block.count * size), (block.start - start) * size);
    }
    return made;
  }

  #blocks(work: MapWork, start: number, end: number, signal: AbortSignal | undefined) {
    const layout = layoutOf(work, this.options.device, this.options.blockBytes);
    const read = () => hostBlocks(comingBlocks(work.inputs, { start, end }, layout.elements, signal));
    return work.blocks(this.options.device, layout, read, signal);
  }
}

/** The promise kept under a key, or a new one; one that fails is forgotten, so that it may be tried again. */
function remembered<T>(kept: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = kept.get(key);
  if (known) return known;
  const made = make();
  kept.set(key, made);
  made.catch(() => kept.delete(key));
  return made;
}

function noTensor(name: string, model: string): never {
  throw new AwaseError(
    "merge/no-tensor",
    `There is no tensor ${name} in ${model}. Ask for one that its list of tensors names.`,
    {
      facts: { tensor: name, model },
    },
  );
}
