import { Gate } from "../base/gate";
import { Remembered } from "../base/remembered";
import type { BlockLayout } from "../compute/blockSize";
import type { PackedBlock } from "../compute/blocks";
import type { Device } from "../compute/device";
import { applyMap, NotFiniteCounter } from "../compute/elementwise";
import type { BoundMap } from "../compute/map";
import { DTYPE_BYTES } from "../formats/dtypes";
import type { Checkpoint } from "../model/checkpoint";
import { checkStretch, placed, placedBytes, placedDType, placeStretch } from "../model/sources/placed";
import { tensorNamed } from "../model/sources/tensorNamed";
import type { PlacedTensor, TensorSource } from "../model/sources/tensorSource";
import type { MergePlan, PlannedTensor } from "../recipe/plan/plan";
import { comingBlocks, hostBlocks } from "./blocks";
import { inputKey } from "./inputs";
import { inputsKey, type ResidentInputs } from "./resident";
import { castWork, layoutOf, type MapWork, type TensorWork, tensorWork } from "./tensorWork";

export interface MergedSourceOptions {
  readonly models: ReadonlyMap<string, Checkpoint>;
  readonly device: Device;
  /** Where inputs stay from plan to plan; absent: they are read whenever they are needed. */
  readonly residents?: ResidentInputs;
  /** Device memory that inputs on their way may take, in bytes; half of the device's budget unless given. */
  readonly budgetBytes?: number;
  /** Bytes of one input per block; for tests. */
  readonly blockBytes?: number;
}

/** Elements [start, end) of a tensor. */
interface Stretch {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * A recipe applied to checkpoints, as tensors on demand: a model that was never written. Asking for a stretch of a tensor
 * merges just that stretch. What its method must know of the whole tensor is worked out when it is first asked for, and kept:
 * a few numbers per tensor.
 */
export class MergedSource implements TensorSource {
  readonly tensors: ReadonlyMap<string, PlannedTensor>;
  readonly #works = new Remembered<TensorWork>();
  readonly #maps = new Remembered<BoundMap>();
  readonly #budgetBytes: number;
  readonly #gate: Gate;
  #wanted: ReadonlySet<string> | undefined;

  constructor(
    private readonly plan: MergePlan,
    private readonly options: MergedSourceOptions,
  ) {
    this.tensors = new Map(plan.tensors.map((tensor) => [tensor.name, tensor]));
    this.#budgetBytes = options.budgetBytes ?? options.device.info.budgetBytes / 2;
    this.#gate = new Gate(this.#budgetBytes);
  }

  /** @throws {AwaseError} `merge/no-tensor`, and what merging throws; NaN and Inf pass. */
  async read(name: string, start: number, end: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const work = await this.#work(name);
    if (work.kind === "copy") return work.inputs[0].read(start, end, signal);
    const { device } = this.options;
    const size = DTYPE_BYTES[work.output];
    const made = new Uint8Array((end - start) * size);
    for await (const block of this.#merged(work, { name, start, end }, signal)) {
      made.set(await device.read(block.buffer, 0, block.count * size), (block.at - start) * size);
    }
    return made;
  }

  /**
   * The stretch merged on the device; nothing comes back from there. NaN and Inf pass.
   * @param device the one that merges: a buffer cannot be lent to another
   * @throws {AwaseError} `merge/no-tensor`, `model/not-float`, and what merging throws
   */
  async place(name: string, start: number, end: number, device: Device, signal?: AbortSignal): Promise<PlacedTensor> {
    if (device !== this.options.device) throw new TypeError("A recipe is merged on the device that it was given.");
    const work = await this.#work(name);
    if (work.kind === "map") return this.#place(work, { name, start, end }, signal);
    const [input] = work.inputs;
    if (this.options.residents) {
      const output = placedDType({ name, dtype: input.dtype });
      return this.#place(castWork(name, work, output), { name, start, end }, signal);
    }
    const read = (from: number, to: number, stop?: AbortSignal) => input.read(from, to, stop);
    return placeStretch({ name, dtype: input.dtype, start, end, read }, device, signal);
  }

  async #place(work: MapWork, stretch: Stretch, signal: AbortSignal | undefined): Promise<PlacedTensor> {
    const { device } = this.options;
    const { name, start, end } = stretch;
    checkStretch(device, work.output, start, end);
    const size = DTYPE_BYTES[work.output];
    const whole = await device.lease(placedBytes(work.output, end - start), name);
    try {
      for await (const { buffer, at, count } of this.#merged(work, stretch, signal)) {
        device.copy(buffer, 0, whole, (at - start) * size, placedBytes(work.output, count));
      }
      return placed(whole, work.output, end - start);
    } catch (error) {
      whole[Symbol.dispose]();
      throw error;
    }
  }

  #work(name: string): Promise<TensorWork> {
    const { models } = this.options;
    return this.#works.get(name, async () =>
      tensorWork(this.plan, tensorNamed(this.tensors, name, "the merged model"), models),
    );
  }

  /** The merged elements of a stretch, block by block; a block is valid until the next one is asked for. */
  async *#merged(work: MapWork, stretch: Stretch, signal: AbortSignal | undefined) {
    const { device } = this.options;
    using counter = await NotFiniteCounter.open(device, work.inputs.length);
    for await (const { block, map } of this.#inputs(work, stretch, signal)) {
      signal?.throwIfAborted();
      using buffer = await applyMap(device, map, block, work.dtypes, work.output, counter);
      yield { buffer, at: block.start, count: block.count };
    }
  }

  /** The inputs of a stretch on the device, with the map they go through: from where they stay, or streamed. */
  async *#inputs(
    work: MapWork,
    { name, start, end }: Stretch,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<{ readonly block: PackedBlock; readonly map: BoundMap }, void, undefined> {
    const { device, residents, blockBytes } = this.options;
    const layout = layoutOf(work, { ...device.info, budgetBytes: this.#budgetBytes }, blockBytes);
    using staying = await residents?.lend(work, layout, () => this.#wantedKeys(), signal);
    if (staying) {
      const map = await this.#maps.get(name, () => work.bind(device, staying, signal), signal);
      for (const block of staying.within(start, end)) yield { block, map };
      return;
    }
    using _turn = await this.#gate.enter(layout.deviceBytes);
    using blocks = this.#stream(work, layout, start, end, signal);
    const bind = async () => {
      if (start === 0 && end === work.count) return work.bind(device, blocks, signal); // what was read stays for the map
      using all = this.#stream(work, layout, 0, work.count, signal);
      return await work.bind(device, all, signal); // not before it is done are the blocks given back
    };
    const map = await this.#maps.get(name, bind, signal);
    for await (const block of blocks.lastWalk()) yield { block, map };
  }

  #stream(work: MapWork, layout: BlockLayout, start: number, end: number, signal: AbortSignal | undefined) {
    const read = () => hostBlocks(comingBlocks(work.inputs, { start, end }, layout.elements, signal));
    return work.blocks(this.options.device, layout, read, signal);
  }

  /** What the plan's tensors are made of. */
  #wantedKeys(): ReadonlySet<string> {
    const { models } = this.options;
    this.#wanted ??= new Set(
      this.plan.tensors.map(({ inputs, shape }) =>
        inputsKey(inputs.map((input) => ({ key: inputKey(input, shape, models) }))),
      ),
    );
    return this.#wanted;
  }
}
