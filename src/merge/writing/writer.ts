import { abortable } from "../../base/abortable";
import type { Bytes } from "../../base/bytes";
import type { AwaseError } from "../../base/errors";
import { BoundedQueue } from "../../base/queue";
import { MAX_BLOCK_BYTES } from "../../compute/blockSize";
import { LEAF } from "../../compute/blocks";
import type { Device } from "../../compute/device";
import { type NotFinite, NotFiniteCounter } from "../../compute/kernels/map/notFinite";
import { countNonFinite } from "../../formats/convert";
import { DTYPE_BYTES, type DType, isFloatDType } from "../../formats/dtypes";
import { elementCount } from "../../formats/tensor";
import type { ByteRange, ByteSource } from "../../io/types";
import { tensorNamed } from "../../model/sources/tensorNamed";
import { originOf, type SourceTensor, type TensorSource } from "../../model/sources/tensorSource";
import { type ComingBlock, comingBlocks, type HostBlock, readFinished } from "../blocks";
import { mergeFailure } from "../failures";
import type { MapMaking } from "../making";
import { MergedSource } from "../source";
import type { MergeNonFinite, MergeProgress, NonFinite } from "./events";
import { mayOverflow } from "./overflow";
import { Progress } from "./progress";

export interface WriteRun {
  readonly device: Device;
  /** Stores bytes of an output tensor, `at` counted from its first byte. Bytes of one tensor come in order. */
  write(tensor: number, at: number, bytes: Bytes): Promise<void>;
  /** All bytes of a tensor were stored: what a journal notes. Tensors end in order. */
  tensorDone(tensor: number, nonFinite: NonFinite): Promise<void>;
  /** Indices of tensors that an earlier try finished. */
  readonly skip?: ReadonlySet<number>;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: MergeProgress | MergeNonFinite) => void;
  /** Says more of a tensor that is written as float16 and does not fit, where more can be said. */
  readonly overflow?: (tensor: number, nonFinite: NonFinite, signal: AbortSignal) => Promise<AwaseError | undefined>;
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

/** What is to be done for one tensor. */
type Work = CopyWork | MapWork;

/** Its bytes lie somewhere as they are, or come from a source that gives bytes only. */
interface CopyWork {
  readonly kind: "copy";
  readonly inputs: readonly [SourceTensor];
  readonly dtype: DType;
  readonly count: number;
}

/** Its blocks are computed while those of the next one are read. */
interface MapWork {
  readonly kind: "map";
  readonly source: MergedSource;
  readonly making: MapMaking;
  readonly inputs: readonly SourceTensor[];
  readonly count: number;
}

/** From the reading to the computing lane: a tensor, then its blocks. */
type ReadItem =
  | { readonly tensor: number; readonly work: Work }
  | { readonly tensor: number; readonly block: ComingBlock };

/** From the computing to the writing lane: the bytes of a tensor, then its end. */
type WriteItem = { readonly tensor: number; readonly at: number; readonly bytes: Promise<Bytes> } | EndOfTensor;

interface EndOfTensor {
  readonly tensor: number;
  readonly nonFinite: Promise<NonFinite>;
}

/**
 * Writes tensors of a source, whatever it is made of: a recipe, a checkpoint, layers of both. Three lanes work at the same time, joined by
 * short queues, so that the slowest alone sets the time: one reads a tensor while the one before it is computed and the one before
 * that is written. Where a tensor is another's, bit for bit, its bytes are copied and nothing is computed.
 *
 * @param names tensors of the source, in the order in which they are written
 * @throws {AwaseError} `merge/non-finite` or `merge/float16-overflow` when NaN or Inf were met and are not allowed; `gpu/lost` when
 * the device went away;
 * what reading and writing throw. After an abort, the signal's reason. Whatever happens, tensors reported done are done.
 */
export async function writeTensors(source: TensorSource, names: readonly string[], run: WriteRun): Promise<void> {
  const stop = new AbortController();
  const signal = run.signal ? AbortSignal.any([run.signal, stop.signal]) : stop.signal;
  signal.throwIfAborted();
  let whenLost: ((error: Error) => void) | undefined = (error) => stop.abort(error);
  void run.device.lost.then((error) => whenLost?.(error));

  const job = new WriteJob(source, names, run, signal);
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

class WriteJob {
  readonly #read = new BoundedQueue<ReadItem>(QUEUE_BYTES);
  readonly #write = new BoundedQueue<WriteItem>(QUEUE_BYTES);
  readonly #skip: ReadonlySet<number>;
  readonly #progress: Progress;

  constructor(
    private readonly source: TensorSource,
    private readonly names: readonly string[],
    private readonly run: WriteRun,
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
    const { source, names, signal } = this;
    await this.#announce();
    for (const [tensor, name] of names.entries()) {
      if (this.#skip.has(tensor)) continue;
      const work = workOf(source, name);
      await this.#read.push({ tensor, work }, 0);
      const readBytes = source.bytesOf(name, work.count);
      const elementBytes = dtypesOf(work).reduce((sum, dtype) => sum + DTYPE_BYTES[dtype], 0);
      const whole = { start: 0, end: work.count };
      const read = work.kind === "copy" ? readFinished : undefined;
      const coming = comingBlocks(work.inputs, whole, this.#blockElements(work), signal, read);
      for (const block of coming) {
        void block.inputs.then(() => this.#progress.add("fetch", shareOf(readBytes, work.count, block)), ignore);
        await this.#read.push({ tensor, block }, Math.max(block.count * elementBytes, QUEUE_BYTES / QUEUE_ITEMS));
      }
    }
    this.#read.close();
  }

  async computeLane(): Promise<void> {
    for (let item = await this.#read.pull(); item; item = await this.#read.pull()) {
      if (!("work" in item)) throw new TypeError("A block came before its tensor.");
      const { tensor, work } = item;
      this.#progress.at(this.#name(tensor));
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
    const { dtype } = work;
    let found = 0;
    for await (const { start, inputs } of this.#arriving(work.count)) {
      const bytes = inputs[0]?.bytes;
      if (!bytes) continue;
      if (isFloatDType(dtype)) found += countNonFinite(bytes, dtype);
      this.#progress.add("merge", bytes.length);
      await this.#push({ tensor, at: start * DTYPE_BYTES[dtype], bytes: Promise.resolve(bytes) }, bytes.length);
    }
    return { tensor, nonFinite: Promise.resolve({ inputs: found, outputs: found }) };
  }

  /** Computed block by block; what was made is read back while the next block is computed. */
  async #map(tensor: number, { source, making }: MapWork): Promise<EndOfTensor> {
    const { signal } = this;
    const { device } = this.run;
    const size = DTYPE_BYTES[making.output];
    const { count } = making;
    using counter = await NotFiniteCounter.open(device, making.inputs.length);
    const options = { arriving: this.#arriving(count), counter, signal };
    for await (const block of source.make(making, { start: 0, end: count }, options)) {
      const bytes = device.read(block.buffer, 0, block.count * size);
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
    const name = this.#name(tensor);
    if (nonFinite.inputs + nonFinite.outputs > 0) {
      const float16 = mayOverflow(tensorNamed(this.source.tensors, name, "the model to write"), nonFinite);
      this.#tell({ type: "non-finite", tensor: name, ...nonFinite, float16 });
      if (!this.run.allowNonFinite) {
        const overflow = float16 && (await this.run.overflow?.(tensor, nonFinite, this.signal));
        throw overflow || notFinite(name, nonFinite);
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

  #blockElements(work: Work): number {
    if (work.kind === "map") return work.source.layout(work.making).elements;
    const bytes = this.run.blockBytes ?? COPY_BYTES;
    return Math.max(1, Math.floor(bytes / DTYPE_BYTES[work.dtype] / LEAF)) * LEAF;
  }

  #name(tensor: number): string {
    const name = this.names[tensor];
    if (name === undefined) throw new RangeError(`There is no tensor ${tensor} to write.`);
    return name;
  }

  /** Tells the files which bytes will be read, so that a cache fetches those and nothing else, neighbours together. */
  async #announce(): Promise<void> {
    const ranges = new Map<ByteSource, ByteRange[]>();
    for (const [tensor, name] of this.names.entries()) {
      if (this.#skip.has(tensor)) continue;
      const count = elementCount(tensorNamed(this.source.tensors, name, "the model to write").shape);
      for (const { source, start, end } of await this.source.ranges(name, 0, count)) {
        const known = ranges.get(source);
        if (known) known.push({ start, end });
        else ranges.set(source, [{ start, end }]);
      }
    }
    for (const [source, wanted] of ranges) source.expect?.(wanted.sort((a, b) => a.start - b.start));
  }

  #startProgress(): Progress {
    const { source, names, run } = this;
    const amounts = names.map((name) => {
      const { shape, dtype } = tensorNamed(source.tensors, name, "the model to write");
      const count = elementCount(shape);
      const bytes = count * DTYPE_BYTES[dtype];
      return { fetch: source.bytesOf(name, count), merge: bytes, write: bytes };
    });
    const total = (lane: "fetch" | "merge" | "write") => amounts.reduce((sum, amount) => sum + amount[lane], 0);
    const progress = new Progress({
      totals: { fetch: total("fetch"), merge: total("merge"), write: total("write") },
      tensors: names.length,
      memory: () => run.device.memory,
      onEvent: (event) => this.#tell(event),
    });
    for (const [tensor, amount] of amounts.entries()) if (this.#skip.has(tensor)) progress.skip(amount);
    progress.send();
    return progress;
  }
}

/** Follows a tensor to where it is made or stored. Only merges are computed block by block; all others are read as they are. */
function workOf(source: TensorSource, name: string): Work {
  const { shape, dtype } = tensorNamed(source.tensors, name, "the model to write");
  const origin = originOf({ source, name });
  if (origin.source instanceof MergedSource) {
    const making = origin.source.making(origin.name);
    if (making.kind === "map") {
      return { kind: "map", source: origin.source, making, inputs: making.inputs, count: making.count };
    }
  }
  return { kind: "copy", inputs: [origin], dtype, count: elementCount(shape) };
}

function dtypesOf(work: Work): readonly DType[] {
  return work.kind === "map" ? work.making.dtypes : [work.dtype];
}

/** The share of the bytes to be read that a block stands for; shares of all blocks add up to the whole. */
function shareOf(readBytes: number, elements: number, { start, count }: ComingBlock): number {
  const upTo = (element: number) => Math.round((readBytes * element) / elements);
  return upTo(start + count) - upTo(start);
}

function total({ inputs, output }: NotFinite): NonFinite {
  return { inputs: inputs.reduce((sum, count) => sum + count, 0), outputs: output };
}

function notFinite(tensor: string, { inputs, outputs }: NonFinite): AwaseError {
  return mergeFailure("merge/non-finite", { tensor, inputs, outputs });
}

function ignore(): void {}
