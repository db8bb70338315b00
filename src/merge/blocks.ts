import type { BlockLayout } from "../compute/blockSize";
import { BLOCKS_IN_FLIGHT, packedBytes } from "../compute/blockSize";
import type { Blocks, PackedBlock } from "../compute/blocks";
import type { Device } from "../compute/device";
import type { FloatDType } from "../formats/dtypes";
import type { BegunStretch, SourceTensor } from "../model/sources/tensorSource";

/** A stretch of an input on the host, and what a device has to do to it where it is not finished yet. */
export type HostInput = Pick<BegunStretch, "bytes"> & Partial<BegunStretch>;

/** A stretch of all inputs of a tensor on the host. */
export interface HostBlock {
  readonly start: number;
  readonly count: number;
  readonly inputs: readonly HostInput[];
}

/** A stretch of a tensor that is being read. */
export interface ComingBlock {
  readonly start: number;
  readonly count: number;
  readonly inputs: Promise<readonly HostInput[]>;
}

/**
 * Starts to read elements [start, end), block by block. Reading begins when a block is taken from the generator.
 * @param read how an input is read
 */
export function* comingBlocks(
  inputs: readonly SourceTensor[],
  { start, end }: { readonly start: number; readonly end: number },
  elements: number,
  signal?: AbortSignal,
  read: ReadInput = readToDevice,
): Generator<ComingBlock, void, undefined> {
  for (let at = start; at < end; at += elements) {
    const stop = Math.min(at + elements, end);
    const reading = Promise.all(inputs.map((input) => read(input, at, stop, signal)));
    reading.catch(() => undefined); // whoever takes the block hears of it
    yield { start: at, count: stop - at, inputs: reading };
  }
}

type ReadInput = (input: SourceTensor, start: number, end: number, signal?: AbortSignal) => Promise<HostInput>;

/** For a device, which finishes what a source only begins. */
const readToDevice: ReadInput = async ({ source, name }, start, end, signal) =>
  (await source.begin?.(name)?.(start, end, signal)) ?? { bytes: await source.read(name, start, end, signal) };

/** Finished elements, for whoever computes nothing. */
export const readFinished: ReadInput = async ({ source, name }, start, end, signal) => ({
  bytes: await source.read(name, start, end, signal),
});

/** The same one after the other, reading one block ahead. */
export async function* hostBlocks(coming: Iterable<ComingBlock>): AsyncGenerator<HostBlock, void, undefined> {
  let ahead: ComingBlock | undefined;
  for (const next of coming) {
    if (ahead) yield { ...ahead, inputs: await ahead.inputs };
    ahead = next;
  }
  if (ahead) yield { ...ahead, inputs: await ahead.inputs };
}

/**
 * The inputs of one tensor, brought to the device block by block. Where they fit into the budget they stay there, so that every walk
 * after the first reads nothing; otherwise each walk reads them again.
 */
export class TensorBlocks implements Blocks, Disposable {
  readonly #stay: PackedBlock[] = [];
  #complete = false;

  /**
   * @param count Elements per input, of the whole tensor or the stretch that is asked for.
   * @param read Begins to read the stretch from its first element; called once per walk that reads.
   */
  constructor(
    private readonly device: Device,
    readonly count: number,
    readonly dtypes: readonly FloatDType[],
    private readonly layout: BlockLayout,
    private readonly read: () => AsyncIterable<HostBlock>,
    private readonly label: string,
    private readonly signal?: AbortSignal,
  ) {}

  [Symbol.asyncIterator](): AsyncGenerator<PackedBlock, void, undefined> {
    return this.#walk(this.layout.resident);
  }

  /** The walk after which the tensor is done: what stayed on the device is given back block by block. */
  lastWalk(): AsyncGenerator<PackedBlock, void, undefined> {
    return this.#walk(false);
  }

  [Symbol.dispose](): void {
    for (const block of this.#stay.splice(0)) block.buffer[Symbol.dispose]();
    this.#complete = false;
  }

  async *#walk(stay: boolean): AsyncGenerator<PackedBlock, void, undefined> {
    const pace = new Pace(this.device, this.signal);
    if (this.#complete) {
      for (let at = 0; at < this.#stay.length; at++) {
        await pace.next();
        const block = this.#stay[at];
        if (block) yield block;
        if (!stay) block?.buffer[Symbol.dispose]();
      }
      if (!stay) this[Symbol.dispose]();
      return;
    }
    this[Symbol.dispose](); // of a walk that was given up half-way
    for await (const host of this.read()) {
      await pace.next();
      const block = await pack(this.device, host, this.dtypes, this.label);
      this.#stay.push(block);
      yield block;
      if (!stay) this[Symbol.dispose]();
    }
    this.#complete = stay;
  }
}

/**
 * Lets a few blocks be under way on the device, no more: uploads wait in memory of the driver, which would grow with the file,
 * and a cancel waits for what was issued.
 */
export class Pace {
  readonly #issued: Promise<void>[] = [];

  constructor(
    private readonly device: Device,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async next(): Promise<void> {
    const settled = this.device.settle();
    settled.catch(() => undefined);
    this.#issued.push(settled);
    if (this.#issued.length > BLOCKS_IN_FLIGHT) await this.#issued.shift();
    this.signal?.throwIfAborted();
  }
}

/** Copies a stretch of all inputs into one buffer, each input at a multiple of 16 bytes, zeros between them, and finishes them there. */
export async function pack(
  device: Device,
  { start, count, inputs }: HostBlock,
  dtypes: readonly FloatDType[],
  label: string,
): Promise<PackedBlock> {
  const offsets: number[] = [];
  let end = 0;
  for (const dtype of dtypes) {
    offsets.push(end);
    end += packedBytes(dtype, count);
  }
  const buffer = await device.lease(end, `${label} in`);
  try {
    for (const [k, { bytes, finish }] of inputs.entries()) {
      const at = offsets[k] ?? 0;
      if (bytes.length % 16 !== 0) device.clear(buffer, at + Math.floor(bytes.length / 16) * 16, 16);
      device.write(buffer, at, bytes);
      await finish?.(device, buffer, at);
    }
  } catch (error) {
    buffer[Symbol.dispose]();
    throw error;
  }
  return { buffer, start, count, offsets };
}
