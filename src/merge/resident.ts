import { AwaseError } from "../base/errors";
import { Remembered } from "../base/remembered";
import { type BlockLayout, packedBytes } from "../compute/blockSize";
import type { Blocks, PackedBlock } from "../compute/blocks";
import type { Device } from "../compute/device";
import { DTYPE_BYTES, type FloatDType } from "../formats/dtypes";
import { comingBlocks, hostBlocks, Pace, pack } from "./blocks";
import type { TensorInput } from "./inputs";
import type { MapMaking } from "./making";

/** All inputs of a tensor on the device, and how many walk over them now. */
interface Entry {
  readonly key: string;
  readonly blocks: readonly PackedBlock[];
  readonly bytes: number;
  loans: number;
}

/** Inputs of one tensor that stay on the device, lent until disposed. */
export interface ResidentBlocks extends Blocks, Disposable {
  /** The blocks of a stretch: elements [start, end), `start` a multiple of LEAF. */
  within(start: number, end: number): Iterable<PackedBlock>;
}

/**
 * Inputs of merges that stay on one device from plan to plan while they fit a budget. They are known by what they are, not by what a
 * recipe does with them: a new plan over the same models reads nothing and uploads nothing, it only computes again.
 *
 * When it is full, what the asking plan has no use for makes room; a tensor that still does not fit is not kept, and whoever merges
 * it reads it block by block.
 */
export class ResidentInputs implements Disposable {
  readonly #entries = new Remembered<Entry>();
  readonly #loaded = new Set<Entry>();
  #bytes = 0;
  #budgetBytes: number;
  #disposed = false;

  constructor(
    readonly device: Device,
    budgetBytes: number,
  ) {
    this.#budgetBytes = budgetBytes;
  }

  /** Device memory that is kept or promised, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * The inputs of a tensor, brought to the device if they are not there; `undefined` where they cannot stay.
   * @param wanted keys of all tensors of the asking plan: these do not make room for each other
   * @throws what reading and the device throw
   */
  async lend(
    making: MapMaking,
    layout: BlockLayout,
    wanted: () => ReadonlySet<string>,
    signal?: AbortSignal,
  ): Promise<ResidentBlocks | undefined> {
    if (this.#disposed) return undefined;
    const key = inputsKey(making.inputs);
    const bytes = bytesOf(making, layout);
    if (!this.#entries.has(key) && !this.#makeRoom(bytes, wanted)) return undefined;
    try {
      return this.#lend(
        await this.#entries.get(key, () => this.#load(key, making, layout, bytes, signal), signal),
        making.dtypes,
        making.count,
      );
    } catch (error) {
      if (!(error instanceof AwaseError && error.code === "gpu/out-of-memory")) throw error;
      this.#budgetBytes = this.#bytes; // the device has less than it was thought to
      return undefined;
    }
  }

  /** Gives all device memory back; what is on loan when its last borrower is done with it. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const entry of this.#loaded) if (entry.loans === 0) this.#release(entry);
  }

  #makeRoom(bytes: number, wanted: () => ReadonlySet<string>): boolean {
    if (this.#bytes + bytes <= this.#budgetBytes) return true;
    const needed = wanted();
    for (const entry of this.#loaded) {
      if (entry.loans > 0 || needed.has(entry.key)) continue;
      this.#release(entry);
      if (this.#bytes + bytes <= this.#budgetBytes) return true;
    }
    return false;
  }

  async #load(
    key: string,
    making: MapMaking,
    layout: BlockLayout,
    bytes: number,
    signal: AbortSignal | undefined,
  ): Promise<Entry> {
    this.#bytes += bytes; // before anything is awaited: others are asking at the same time
    const blocks: PackedBlock[] = [];
    try {
      const pace = new Pace(this.device, signal);
      const range = { start: 0, end: making.count };
      for await (const host of hostBlocks(comingBlocks(making.inputs, range, layout.elements, signal))) {
        await pace.next();
        blocks.push(await pack(this.device, host, making.dtypes, "resident"));
      }
    } catch (error) {
      for (const { buffer } of blocks) buffer[Symbol.dispose]();
      this.#bytes -= bytes;
      throw error;
    }
    const entry: Entry = { key, blocks, bytes, loans: 0 };
    this.#loaded.add(entry);
    return entry;
  }

  #lend(entry: Entry, dtypes: readonly FloatDType[], count: number): ResidentBlocks {
    entry.loans++;
    let returned = false;
    return {
      count,
      dtypes,
      async *[Symbol.asyncIterator]() {
        yield* entry.blocks;
      },
      within: (start, end) => within(entry.blocks, dtypes, start, end),
      [Symbol.dispose]: () => {
        if (returned) return;
        returned = true;
        entry.loans--;
        if (this.#disposed && entry.loans === 0) this.#release(entry);
      },
    };
  }

  #release(entry: Entry): void {
    this.#loaded.delete(entry);
    this.#entries.forget(entry.key);
    this.#bytes -= entry.bytes;
    for (const { buffer } of entry.blocks) buffer[Symbol.dispose]();
  }
}

/** Under which key a tensor's inputs are kept: equal for the same elements of the same opened models, in the same order. */
export function inputsKey(inputs: readonly Pick<TensorInput, "key">[]): string {
  return inputs.map(({ key }) => key).join(" + ");
}

function bytesOf({ dtypes, count }: MapMaking, { elements }: BlockLayout): number {
  let bytes = 0;
  for (let start = 0; start < count; start += elements) {
    const here = Math.min(elements, count - start);
    for (const dtype of dtypes) bytes += packedBytes(dtype, here);
  }
  return bytes;
}

/** The parts of blocks that lie in a stretch: offsets into the same buffers. */
function* within(
  blocks: readonly PackedBlock[],
  dtypes: readonly FloatDType[],
  start: number,
  end: number,
): Generator<PackedBlock, void, undefined> {
  for (const block of blocks) {
    const from = Math.max(start, block.start);
    const to = Math.min(end, block.start + block.count);
    if (from >= to) continue;
    const skipped = from - block.start;
    const offsets = block.offsets.map((offset, k) => offset + skipped * DTYPE_BYTES[dtypes[k] ?? "F32"]);
    yield { buffer: block.buffer, start: from, count: to - from, offsets };
  }
}
