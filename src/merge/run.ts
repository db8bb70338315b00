import { abortable } from "../base/abortable";
import { AwaseError } from "../base/errors";
import { BoundedQueue } from "../base/queue";
import { MAX_BLOCK_BYTES } from "../compute/blockSize";
import { LEAF } from "../compute/blocks";
import type { Device } from "../compute/device";
import { applyMap, type NotFinite, NotFiniteCounter } from "../compute/elementwise";
import { countNonFinite } from "../formats/convert";
import { DTYPE_BYTES, isFloatDType } from "../formats/dtypes";
import type { Checkpoint } from "../model/checkpoint";
import type { MergePlan, PlannedTensor } from "../recipe/plan/plan";
import { type ComingBlock, comingBlocks, type HostBlock, hostBlocks } from "./blocks";
import type { MergeNonFinite, MergeProgress, NonFinite } from "./events";
import { expectReads } from "./inputs";
import { float16Overflow, mayOverflow } from "./overflow";
import { Progress } from "./progress";
import { type CopyWork, layoutOf, type MapWork, type TensorWork, tensorWork } from "./tensorWork";

export interface MergeRun {
  readonly models: ReadonlyMap<string, Checkpoint>;
  readonly device: Device;
  /** Stores bytes of an output tensor, `at` counted from its first byte. Bytes of one tensor come in order. */
  write(tensor: number, at: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** All bytes of a tensor were stored: what a journal notes. Tensors end in the plan's order. */
  tensorDone(tensor: number, nonFinite: NonFinite): Promise<void>;
  /** Indices of tensors that an earlier try finished. */
  readonly skip?: ReadonlySet<number>;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: MergeProgress | MergeNonFinite) => void;
  /** Whether the run goes on where it meets NaN or Inf. */
  readonly allowNonFinite?: boolean;
  /** Bytes of one input per block; for tests. */
  readonly blockBytes?: number;
}

/** Bytes that wait between two lanes: about two blocks. */
const QUEUE_BYTES = MAX_BLOCK_BYTES;
/** Waiting items, however small: a Hub answers several requests at once, but not hundreds. */
const QUEUE_ITEMS = 8;
/** Bytes that are copied at a time where nothing is computed. */
const COPY_BYTES = 8 * 1024 * 1024;

/** From the reading to the computing lane: a tensor, then its blocks. */
type ReadItem =
  | { readonly tensor: number; readonly work: TensorWork }
  | { readonly tensor: number; readonly block: ComingBlock };

/** From the computing to the writing lane: the bytes of a tensor, then its end. */
type WriteItem =
  | { readonly tensor: number; readonly at: number; readonly bytes: Promise<Uint8Array<ArrayBuffer>> }
  | EndOfTensor;

interface EndOfTensor {
  readonly tensor: number;
  readonly nonFinite: Promise<NonFinite>;
}

/**
 * Makes every tensor of a plan. Three lanes work at the same time, joined by short queues, so that the slowest alone sets the
 * time: one reads a tensor while the one before it is computed and the one before that is written.
 *
 * @throws {AwaseError} `merge/non-finite` or `merge/float16-overflow` when NaN or Inf were met and are not allowed; `gpu/lost` when the device went away;
 * what reading and writing throw. After an abort, the signal's reason. Whatever happens, tensors reported done are done.
 */
export async function runMerge(plan: MergePlan, run: MergeRun): Promise<void> {
  const stop = new AbortController();
  const signal = run.signal ? AbortSignal.any([run.signal, stop.signal]) : stop.signal;
  signal.throwIfAborted();
  let whenLost: ((error: Error) => void) | undefined = (error) => stop.abort(error);
  void run.device.lost.then((error) => whenLost?.(error));

  const job = new MergeJob(plan, run, signal);
  const lanes = [job.readLane(), job.computeLane(), job.writeLane()].map((lane) =>
    lane.catch((error: unknown) => stop.abort(error)),
  );
  signal.addEventListener("abort", () => job.fail(signal.reason), { once: true });
  try {
    // A cancel does not wait for a kernel that compiles, or a block that is computed: the lanes end by themselves, and silently.
    await abortable(Promise.all(lanes), signal);
    signal.throwIfAborted();
  } finally {
    whenLost = undefined; // a device outlives many runs, and should not hold on to them
  }
}

class MergeJob {
  readonly #read = new BoundedQueue<ReadItem>(QUEUE_BYTES);
  readonly #write = new BoundedQueue<WriteItem>(QUEUE_BYTES);
  readonly #skip: ReadonlySet<number>;
  readonly #progress: Progress;

  constructor(
    private readonly plan: MergePlan,
    private readonly run: MergeRun,
    private readonly signal: AbortSignal,
  ) {
    this.#skip = run.skip ?? new Set();
    this.#progress = this.#startProgress();
  }

  /** Wakes every lane with an error. */
  fail(error: unknown): void {
    this.#read.fail(error);
    this.#write.fail(error);
  }

  /** Begins to read the blocks of one tensor after the other, as many at once as the queue takes. */
  async readLane(): Promise<void> {
    const { plan, run, signal } = this;
    await expectReads(plan, run.models, this.#skip);
    for (const [tensor, planned] of plan.tensors.entries()) {
      if (this.#skip.has(tensor)) continue;
      const work = await tensorWork(plan, planned, run.models);
      await this.#read.push({ tensor, work }, 0);
      const elementBytes = work.inputs.reduce((sum, { dtype }) => sum + DTYPE_BYTES[dtype], 0);
      const coming = comingBlocks(work.inputs, { start: 0, end: work.count }, this.#blockElements(work), signal);
      for (const block of coming) {
        void block.inputs.then(() => this.#progress.add("fetch", shareOf(work, block)), ignore);
        await this.#read.push({ tensor, block }, Math.max(block.count * elementBytes, QUEUE_BYTES / QUEUE_ITEMS));
      }
    }
    this.#read.close();
  }

  async computeLane(): Promise<void> {
    for (let item = await this.#read.pull(); item; item = await this.#read.pull()) {
      if (!("work" in item)) throw new TypeError("A block came before its tensor.");
      const { tensor, work } = item;
      this.#progress.at(this.#planned(tensor).name);
      await this.#push(work.kind === "copy" ? await this.#copy(tensor, work) : await this.#map(tensor, work), 0);
    }
    this.#write.close();
  }

  async writeLane(): Promise<void> {
    const { run, signal } = this;
    for await (const item of this.#write) {
      if ("bytes" in item) {
        const bytes = await abortable(item.bytes, signal);
        await abortable(run.write(item.tensor, item.at, bytes), signal);
        this.#progress.add("write", bytes.length);
      } else {
        await this.#finish(item.tensor, await abortable(item.nonFinite, signal));
      }
    }
    this.#progress.send();
  }

  /** Bytes from the source to the sink; they are looked at, for NaN and Inf, but not touched. */
  async #copy(tensor: number, work: CopyWork): Promise<EndOfTensor> {
    const { dtype } = work.inputs[0];
    let found = 0;
    for await (const { start, inputs } of this.#arriving(work.count)) {
      const [bytes] = inputs;
      if (!bytes) continue;
      if (isFloatDType(dtype)) found += countNonFinite(bytes, dtype);
      this.#progress.add("merge", bytes.length);
      await this.#push({ tensor, at: start * DTYPE_BYTES[dtype], bytes: Promise.resolve(bytes) }, bytes.length);
    }
    return { tensor, nonFinite: Promise.resolve({ inputs: found, outputs: found }) };
  }

  /** Reductions, then the map, block by block; what it made is read back while the next block is computed. */
  async #map(tensor: number, work: MapWork): Promise<EndOfTensor> {
    const { run, signal } = this;
    const { device } = run;
    const size = DTYPE_BYTES[work.output];
    const layout = layoutOf(work, device.info, run.blockBytes);
    let arriving: AsyncIterable<HostBlock> | undefined = this.#arriving(work.count);
    using blocks = work.blocks(
      device,
      layout,
      () => {
        const first = arriving;
        arriving = undefined;
        return first ?? hostBlocks(comingBlocks(work.inputs, { start: 0, end: work.count }, layout.elements, signal));
      },
      signal,
    );
    using counter = await NotFiniteCounter.open(device, work.inputs.length);
    const map = await work.bind(device, blocks, signal);
    for await (const block of blocks.lastWalk()) {
      using made = await applyMap(device, map, block, work.dtypes, work.output, counter);
      const bytes = device.read(made, 0, block.count * size);
      void bytes.then(({ length }) => this.#progress.add("merge", length), ignore);
      await this.#push({ tensor, at: block.start * size, bytes }, block.count * size);
    }
    return { tensor, nonFinite: counter.read().then(total) };
  }

  /** The blocks of a tensor as the reading lane sends them. Those that nobody asks for are taken from the queue all the same. */
  async *#arriving(count: number): AsyncGenerator<HostBlock, void, undefined> {
    let end = 0;
    const next = async (): Promise<ComingBlock> => {
      const item = await this.#read.pull();
      if (!item || !("block" in item)) throw new TypeError("A tensor ended before its blocks.");
      end = item.block.start + item.block.count;
      return item.block;
    };
    try {
      while (end < count) {
        const block = await next();
        yield { ...block, inputs: await abortable(block.inputs, this.signal) };
      }
    } finally {
      while (end < count) await next();
    }
  }

  async #finish(tensor: number, nonFinite: NonFinite): Promise<void> {
    const planned = this.#planned(tensor);
    if (nonFinite.inputs + nonFinite.outputs > 0) {
      const float16 = mayOverflow(planned, nonFinite);
      this.#tell({ type: "non-finite", tensor: planned.name, ...nonFinite, float16 });
      if (!this.run.allowNonFinite) {
        const overflow = float16 && (await float16Overflow(this.plan, planned, nonFinite, this.run, this.signal));
        throw overflow || notFinite(planned.name, nonFinite);
      }
    }
    await abortable(this.run.tensorDone(tensor, nonFinite), this.signal);
    this.#progress.tensorDone();
  }

  /** Lanes may still be ending after the run was given up: nobody listens to them any more. */
  #tell(event: MergeProgress | MergeNonFinite): void {
    if (!this.signal.aborted) this.run.onEvent?.(event);
  }

  async #push(item: WriteItem, weight: number): Promise<void> {
    const coming: Promise<unknown> = "bytes" in item ? item.bytes : item.nonFinite;
    coming.catch(ignore); // the writing lane hears of it
    await this.#write.push(item, weight);
  }

  #blockElements(work: TensorWork): number {
    if (work.kind === "map") return layoutOf(work, this.run.device.info, this.run.blockBytes).elements;
    const bytes = this.run.blockBytes ?? COPY_BYTES;
    return Math.max(1, Math.floor(bytes / DTYPE_BYTES[work.inputs[0].dtype] / LEAF)) * LEAF;
  }

  #planned(tensor: number): PlannedTensor {
    const planned = this.plan.tensors[tensor];
    if (!planned) throw new RangeError(`The plan has no tensor ${tensor}.`);
    return planned;
  }

  #startProgress(): Progress {
    const { plan, run } = this;
    const amounts = plan.tensors.map((tensor) => ({
      fetch: readBytes(tensor),
      merge: tensor.bytes,
      write: tensor.bytes,
    }));
    const total = (lane: "fetch" | "merge" | "write") => amounts.reduce((sum, amount) => sum + amount[lane], 0);
    const progress = new Progress({
      totals: { fetch: total("fetch"), merge: total("merge"), write: total("write") },
      tensors: plan.tensors.length,
      memory: () => run.device.memory,
      onEvent: (event) => this.#tell(event),
    });
    for (const [tensor, amount] of amounts.entries()) if (this.#skip.has(tensor)) progress.skip(amount);
    progress.send();
    return progress;
  }
}

function readBytes(tensor: PlannedTensor): number {
  return tensor.inputs.reduce((sum, input) => sum + input.bytes, 0);
}

/** The share of the planned bytes that a block stands for; shares of all blocks add up to the whole. */
function shareOf(work: TensorWork, { start, count }: ComingBlock): number {
  const upTo = (bytes: number, element: number) => Math.round((bytes * element) / work.count);
  return work.inputs.reduce((sum, { bytes }) => sum + upTo(bytes, start + count) - upTo(bytes, start), 0);
}

function total({ inputs, output }: NotFinite): NonFinite {
  return { inputs: inputs.reduce((sum, count) => sum + count, 0), outputs: output };
}

function notFinite(tensor: string, { inputs, outputs }: NonFinite): AwaseError {
  return new AwaseError(
    "merge/non-finite",
    `${tensor} has ${inputs} NaN or Inf in its inputs and ${outputs} in its output, where 0 were expected. ` +
      "Look for a damaged model or an extreme parameter, or allow them and merge again.",
    { facts: { tensor, inputs, outputs } },
  );
}

function ignore(): void {}
