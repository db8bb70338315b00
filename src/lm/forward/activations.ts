import type { Bytes, Words } from "../../base/bytes";
import type { Device, DeviceBuffer } from "../../compute/device";
import type { TokenIds } from "../../tokens/types";
import type { Activations, Position } from "../types";
import { Lent } from "../weights/lent";
import { type Chunk, type Group, RowFinder } from "./batch";

/** What the rows of a chunk are, for the kernels. */
export class ChunkRows implements Disposable {
  private constructor(
    readonly count: number,
    readonly sequences: number,
    /** u32 [count]: position of each row in its sequence. */
    readonly positions: DeviceBuffer,
    /** u32 [count]: where its key and value go. */
    readonly slots: DeviceBuffer,
    /** u32 [count, 4]: first key, keys so far, position, 0. */
    readonly reach: DeviceBuffer,
    private readonly lent: Lent,
  ) {}

  static async upload(device: Device, { positions, firstKeys, sequences }: Chunk): Promise<ChunkRows> {
    const count = positions.length;
    const slots = positions.map((position, row) => (firstKeys[row] ?? 0) + position);
    const reach = new Uint32Array(4 * count);
    positions.forEach((position, row) => {
      reach.set([firstKeys[row] ?? 0, position + 1, position], 4 * row);
    });
    using lent = new Lent();
    return new ChunkRows(
      count,
      sequences,
      lent.add(await uploadWords(device, positions, "positions")),
      lent.add(await uploadWords(device, slots, "slots")),
      lent.add(await uploadWords(device, reach, "reach")),
      lent.keep(),
    );
  }

  [Symbol.dispose](): void {
    this.lent[Symbol.dispose]();
  }
}

/** Whole numbers in a buffer of the device. */
export async function uploadWords(device: Device, words: Words, label: string): Promise<DeviceBuffer> {
  const buffer = await device.lease(words.byteLength, label);
  device.write(buffer, 0, new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
  return buffer;
}

/** f32 rows of a chunk: on the device, or on the host where a batch has too many of them. */
type Stored = { readonly kind: "device"; readonly buffer: DeviceBuffer } | { readonly kind: "host"; bytes: HostBytes };
type HostBytes = Bytes;

function hostRows(bytes: HostBytes): Stored {
  return { kind: "host", bytes };
}

function deviceRows(buffer: DeviceBuffer): Stored {
  return { kind: "device", buffer };
}

/** One chunk of a batch: its place among the groups, and its rows. */
interface Part {
  readonly chunk: Chunk;
  readonly rows: ChunkRows;
  readonly stored: Stored;
}

/** Activations of a packed batch, chunk by chunk. */
export class PackedActivations implements Activations {
  readonly finder: RowFinder;

  private constructor(
    readonly device: Device,
    readonly sequences: readonly TokenIds[],
    readonly groups: readonly Group[],
    readonly width: number,
    /** More than this is kept on the host. */
    private readonly deviceBytes: number,
    private readonly parts: readonly Part[],
    private readonly lent: Lent,
  ) {
    this.finder = new RowFinder(
      sequences,
      parts.map(({ chunk }) => chunk),
    );
  }

  /**
   * Rows of a batch, as `fill` makes them.
   * @param deviceBytes more than this goes to the host
   * @param fill writes the f32 rows [rows, width] of some chunks, all of which are on the device at that time
   */
  static async make(
    device: Device,
    batch: { readonly sequences: readonly TokenIds[]; readonly groups: readonly Group[]; readonly width: number },
    deviceBytes: number,
    fill: (chunks: readonly FilledChunk[]) => Promise<void>,
  ): Promise<PackedActivations> {
    const { sequences, groups, width } = batch;
    const chunks = groups.flatMap((group) => group.chunks);
    const bytes = (chunk: Chunk) => chunk.ids.length * width * 4;
    const spills = chunks.reduce((sum, chunk) => sum + bytes(chunk), 0) > deviceBytes;
    using lent = new Lent();
    const parts: Part[] = [];
    for (const block of blocksOf(chunks, bytes, deviceBytes)) {
      using onDevice = new Lent();
      const filled: FilledChunk[] = [];
      for (const chunk of block) {
        filled.push({ chunk, x: onDevice.add(await device.lease(bytes(chunk), "activations")) });
      }
      await fill(filled);
      for (const { chunk, x } of filled) {
        const stored = spills ? hostRows(await device.read(x, 0, bytes(chunk))) : deviceRows(x);
        parts.push({ chunk, rows: lent.add(await ChunkRows.upload(device, chunk)), stored });
      }
      if (!spills) lent.add(onDevice.keep());
    }
    return new PackedActivations(device, sequences, groups, width, deviceBytes, parts, lent.keep());
  }

  /** Whether the rows are on the host. */
  get spilled(): boolean {
    return this.parts.some(({ stored }) => stored.kind === "host");
  }

  get chunks(): readonly Chunk[] {
    return this.parts.map(({ chunk }) => chunk);
  }

  /** Lets `work` change the rows of a chunk on the device. */
  async update(index: number, work: (x: DeviceBuffer, rows: ChunkRows) => Promise<void>): Promise<void> {
    const { stored, rows } = this.#part(index);
    if (stored.kind === "device") return work(stored.buffer, rows);
    using x = await this.#upload(stored.bytes);
    await work(x, rows);
    stored.bytes = await this.device.read(x, 0, stored.bytes.length);
  }

  /** Lets `work` read the rows of a chunk on the device. */
  async view(index: number, work: (x: DeviceBuffer, rows: ChunkRows) => Promise<void>): Promise<void> {
    const { stored, rows } = this.#part(index);
    if (stored.kind === "device") return work(stored.buffer, rows);
    using x = await this.#upload(stored.bytes);
    await work(x, rows);
  }

  /** The rows at some positions, in their order: f32 [positions, width] on the device, lent to the caller. */
  async gather(positions: readonly Position[]): Promise<DeviceBuffer> {
    const size = this.width * 4;
    const gathered = await this.device.lease(positions.length * size, "chosen rows");
    const spilled = new Uint8Array(this.spilled ? positions.length * size : 0);
    for (const { chunk, row, to, count } of runsOf(positions.map((position) => this.finder.find(position)))) {
      const { stored } = this.#part(chunk);
      if (stored.kind === "device") this.device.copy(stored.buffer, row * size, gathered, to * size, count * size);
      else spilled.set(stored.bytes.subarray(row * size, (row + count) * size), to * size);
    }
    if (spilled.length > 0) this.device.write(gathered, 0, spilled);
    return gathered;
  }

  /** On the device where both fit, else on the host. */
  async clone(): Promise<PackedActivations> {
    const bytes = this.parts.reduce((sum, { chunk }) => sum + chunk.ids.length * this.width * 4, 0);
    const toHost = 2 * bytes > this.deviceBytes;
    using lent = new Lent();
    const parts: Part[] = [];
    for (const { chunk, stored } of this.parts) {
      const copy = await this.#copy(stored, toHost);
      if (copy.kind === "device") lent.add(copy.buffer);
      parts.push({ chunk, rows: lent.add(await ChunkRows.upload(this.device, chunk)), stored: copy });
    }
    const { device, sequences, groups, width, deviceBytes } = this;
    return new PackedActivations(device, sequences, groups, width, deviceBytes, parts, lent.keep());
  }

  [Symbol.dispose](): void {
    this.lent[Symbol.dispose]();
  }

  #part(index: number): Part {
    const part = this.parts[index];
    if (!part) throw new RangeError(`There is no chunk ${index}.`);
    return part;
  }

  async #copy(stored: Stored, toHost: boolean): Promise<Stored> {
    if (stored.kind === "host") return hostRows(stored.bytes.slice());
    const { buffer } = stored;
    if (toHost) return hostRows(await this.device.read(buffer, 0, buffer.bytes));
    const copy = await this.device.lease(buffer.bytes, "activations");
    this.device.copy(buffer, 0, copy, 0, buffer.bytes);
    return deviceRows(copy);
  }

  async #upload(bytes: HostBytes): Promise<DeviceBuffer> {
    const x = await this.device.lease(bytes.length, "activations");
    this.device.write(x, 0, bytes);
    return x;
  }
}

/** A chunk whose rows are on the device. */
export interface FilledChunk {
  readonly chunk: Chunk;
  /** f32 [rows, width]. */
  readonly x: DeviceBuffer;
}

/** Runs of chunks that together stay under `limit` bytes, each of one chunk at least. */
export function blocksOf<T>(chunks: readonly T[], bytes: (chunk: T) => number, limit: number): readonly T[][] {
  const blocks: T[][] = [];
  let room = 0;
  for (const chunk of chunks) {
    const size = bytes(chunk);
    const open = blocks.at(-1);
    if (open && size <= room) open.push(chunk);
    else {
      blocks.push([chunk]);
      room = limit;
    }
    room -= size;
  }
  return blocks;
}

/** Rows that follow each other in their chunk, to be copied at once. */
interface Run {
  readonly chunk: number;
  readonly row: number;
  /** Place of the first among those asked for. */
  readonly to: number;
  count: number;
}

function runsOf(places: readonly { readonly chunk: number; readonly row: number }[]): readonly Run[] {
  const runs: Run[] = [];
  for (const [to, { chunk, row }] of places.entries()) {
    const open = runs.at(-1);
    if (open && open.chunk === chunk && open.row + open.count === row) open.count++;
    else runs.push({ chunk, row, to, count: 1 });
  }
  return runs;
}
