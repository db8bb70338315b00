import { Gate } from "../base/gate";
import { Remembered } from "../base/remembered";
import type { BlockLayout } from "../compute/blockSize";
import type { PackedBlock } from "../compute/blocks";
import type { Device, DeviceBuffer } from "../compute/device";
import { applyMap } from "../compute/kernels/map/applyMap";
import type { BoundMap } from "../compute/kernels/map/map";
import { NotFiniteCounter } from "../compute/kernels/map/notFinite";
import { shareOf } from "../compute/memoryLedger";
import { comingBlocks, type HostBlock, hostBlocks, TensorBlocks } from "./blocks";
import { bindMaking, layoutOf, type MapMaking } from "./making";
import type { ResidentInputs } from "./resident";

export interface PipelineOptions {
  readonly device: Device;
  /** Where inputs stay from plan to plan; absent: they are read whenever they are needed. */
  readonly residents?: ResidentInputs;
  /** Device memory that inputs on their way may take, in bytes; what is left beside a merge unless given. */
  readonly budgetBytes?: number;
  /** Bytes of one input per block; for tests. */
  readonly blockBytes?: number;
}

/** Elements [start, end) of a tensor. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Finished elements on the device. The buffer is valid until the next block is asked for. */
export interface MadeBlock {
  readonly buffer: DeviceBuffer;
  readonly start: number;
  readonly count: number;
}

export interface MakeOptions {
  /** Blocks of the whole tensor that somebody reads already, cut as `layout` says: the first walk takes them. */
  readonly arriving?: AsyncIterable<HostBlock>;
  /** Counts NaN and Inf in what goes in and what comes out. */
  readonly counter?: NotFiniteCounter;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The way of the blocks, the same for writing and for measuring: inputs are brought to the device, reductions run over all of them,
 * then the map makes the stretch that is asked for. What reductions found out is kept by tensor.
 */
export class BlockPipeline {
  readonly #maps = new Remembered<BoundMap>();
  readonly #budgetBytes: number;
  readonly #gate: Gate;

  /** @param wanted keys of the inputs of all tensors that go this way: see `ResidentInputs.lend` */
  constructor(
    private readonly options: PipelineOptions,
    private readonly wanted: () => ReadonlySet<string>,
  ) {
    this.#budgetBytes = options.budgetBytes ?? shareOf(options.device.info.budgetBytes, "overflowing", "again");
    this.#gate = new Gate(this.#budgetBytes);
  }

  /** How a tensor is cut. */
  layout(making: MapMaking): BlockLayout {
    const { device, blockBytes } = this.options;
    return layoutOf(making, { ...device.info, budgetBytes: this.#budgetBytes }, blockBytes);
  }

  /** Makes a stretch of a tensor, block by block. @throws what reading and the device throw */
  async *make(making: MapMaking, stretch: Stretch, options: MakeOptions = {}): AsyncGenerator<MadeBlock> {
    const { device } = this.options;
    const { signal } = options;
    using own = options.counter ? undefined : await NotFiniteCounter.open(device, making.inputs.length);
    const counter = options.counter ?? own;
    if (!counter) throw new TypeError("Somebody counts.");
    for await (const { block, map } of this.#inputs(making, stretch, options)) {
      signal?.throwIfAborted();
      using buffer = await applyMap(device, map, block, making.dtypes, making.output, counter);
      yield { buffer, start: block.start, count: block.count };
    }
  }

  /** The inputs of a stretch on the device, with the map they go through: from where they stay, or streamed. */
  async *#inputs(
    making: MapMaking,
    { start, end }: Stretch,
    { arriving, signal }: MakeOptions,
  ): AsyncGenerator<{ readonly block: PackedBlock; readonly map: BoundMap }, void, undefined> {
    const { device, residents } = this.options;
    const { name } = making.task;
    const layout = this.layout(making);
    using staying = await residents?.lend(making, layout, this.wanted, signal);
    if (staying) {
      const map = await this.#maps.get(name, () => bindMaking(making, device, staying, signal), signal);
      for (const block of staying.within(start, end)) yield { block, map };
      return;
    }
    using _turn = await this.#gate.enter(layout.deviceBytes);
    using blocks = this.#stream(making, layout, { start, end }, signal, arriving);
    const bind = async () => {
      if (start === 0 && end === making.count) return bindMaking(making, device, blocks, signal); // what was read stays for the map
      using all = this.#stream(making, layout, { start: 0, end: making.count }, signal);
      return await bindMaking(making, device, all, signal); // not before it is done are the blocks given back
    };
    const map = await this.#maps.get(name, bind, signal);
    for await (const block of blocks.lastWalk()) yield { block, map };
  }

  #stream(
    making: MapMaking,
    layout: BlockLayout,
    stretch: Stretch,
    signal: AbortSignal | undefined,
    arriving?: AsyncIterable<HostBlock>,
  ): TensorBlocks {
    const { inputs, count, dtypes, method, task } = making;
    let first = arriving;
    const read = () => {
      const blocks = first ?? hostBlocks(comingBlocks(inputs, stretch, layout.elements, signal));
      first = undefined;
      return blocks;
    };
    const label = `${method.id} ${task.name}`;
    return new TensorBlocks(this.options.device, count, dtypes, layout, read, label, signal);
  }
}
