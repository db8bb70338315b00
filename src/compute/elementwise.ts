import mapSkeleton from "../../shaders/map/map.wgsl?raw";
import type { Bytes } from "../base/bytes";
import { countNonFinite, narrow, widen } from "../formats/convert";
import { DTYPE_BYTES, type FloatDType, type OutputDType } from "../formats/dtypes";
import type { PackedBlock } from "./blocks";
import type { Device, DeviceBuffer } from "./device";
import type { Kernel, Numbers } from "./kernel";
import { link } from "./link";
import type { BoundMap, FibreTable, MapDefinition, OfFibre } from "./map";
import { PACKED_UNIFORMS, packedInputs, packedNumbers } from "./packed";
import { uniformLayout } from "./uniforms";

/** Elements that one thread of a map handles, and threads in a workgroup. */
const PER_THREAD = 8;
const THREADS = 256;

/** Elements that are NaN or infinite. */
export interface NotFinite {
  /** As stored, one count per input. */
  readonly inputs: readonly number[];
  /** After narrowing to the output's dtype. */
  readonly output: number;
}

/** Counts what is not finite in a tensor, over all its blocks. Lives on the device until it is read. */
export class NotFiniteCounter implements Disposable {
  private constructor(
    private readonly device: Device,
    readonly buffer: DeviceBuffer,
    private readonly inputs: number,
  ) {}

  /** All counts zero, for a tensor of `inputs` inputs. */
  static async open(device: Device, inputs: number): Promise<NotFiniteCounter> {
    const buffer = await device.lease((inputs + 1) * 4, "not finite");
    device.clear(buffer, 0, (inputs + 1) * 4);
    return new NotFiniteCounter(device, buffer, inputs);
  }

  /** The counts of every map applied before. */
  async read(): Promise<NotFinite> {
    const bytes = await this.device.read(this.buffer, 0, (this.inputs + 1) * 4);
    const counts = [...new Uint32Array(bytes.buffer)];
    return { inputs: counts.slice(0, this.inputs), output: counts[this.inputs] ?? 0 };
  }

  [Symbol.dispose](): void {
    this.buffer[Symbol.dispose]();
  }
}

/**
 * Applies a map to one block.
 * @param dtypes stored type of each packed input
 * @returns `block.count` elements of `output`, lent to the caller; what follows them in the buffer is zero
 * @throws {AwaseError} `gpu/out-of-memory`, `gpu/shader`, `gpu/lost`
 */
export async function applyMap(
  device: Device,
  bound: BoundMap,
  block: PackedBlock,
  dtypes: readonly FloatDType[],
  output: OutputDType,
  counter: NotFiniteCounter,
): Promise<DeviceBuffer> {
  const { map, table } = bound;
  if (map.fibres && !table) throw new TypeError(`${map.name} needs a table of its fibres.`);
  const ragged = block.count % PER_THREAD > 0;
  const kernel = await device.prepare(mapKernel(map, dtypes, output, ragged, table?.width));
  using placed = table && (await placeTable(device, table, block));
  const dst = await device.lease(paddedBytes(block.count, output), `${bound.map.name} out`);
  const numbers = { ...bound.uniforms(block), ...packedNumbers(block), ...placed?.numbers };
  const groups = Math.ceil(block.count / (PER_THREAD * THREADS));
  const buffers = [block.buffer, dst, counter.buffer];
  device.run(kernel, placed ? [...buffers, placed.buffer] : buffers, numbers, groups);
  return dst;
}

const FIBRE_UNIFORMS = { fibre_skew: "u32", fibre_size: "u32", fibre_rows: "u32" } as const;

/** Brings the numbers of the fibres that a block has elements of to the device. */
async function placeTable(device: Device, { fibres, width, values }: FibreTable, block: PackedBlock) {
  const { count, length, stride } = fibres;
  const rows = stride === 1;
  const first = rows ? Math.floor(block.start / length) : 0;
  const last = rows ? Math.floor((block.start + block.count - 1) / length) + 1 : count;
  const buffer = await device.lease(Math.max(1, last - first) * width * 4, "table of fibres");
  const used = values.subarray(first * width, last * width);
  device.write(buffer, 0, new Uint8Array(used.buffer, used.byteOffset, used.byteLength));
  const numbers = {
    fibre_skew: rows ? block.start - first * length : block.start % count,
    fibre_size: rows ? length : count,
    fibre_rows: rows ? 1 : 0,
  };
  return { buffer, numbers, [Symbol.dispose]: () => buffer[Symbol.dispose]() };
}

const kernels = new WeakMap<MapDefinition, Map<string, Kernel<Numbers>>>();

/**
 * The kernel of a map for given dtypes. Buffers: the packed inputs, the output, the counts of a NotFiniteCounter.
 * @param ragged whether a block may have a number of elements that is not a multiple of 8
 */
function mapKernel(
  map: MapDefinition,
  dtypes: readonly FloatDType[],
  output: OutputDType,
  ragged: boolean,
  width: number | undefined,
) {
  const known = kernels.get(map) ?? new Map<string, Kernel<Numbers>>();
  kernels.set(map, known);
  const name = `${map.name} ${dtypes.join("+")}→${output}${ragged ? " ragged" : ""}${width === undefined ? "" : ` ×${width}`}`;
  const kernel = known.get(name) ?? linkMap(name, map, dtypes, output, ragged, width);
  known.set(name, kernel);
  return kernel;
}

function linkMap(
  name: string,
  map: MapDefinition,
  dtypes: readonly FloatDType[],
  output: OutputDType,
  ragged: boolean,
  width: number | undefined,
): Kernel<Numbers> {
  const tabled = width !== undefined;
  const uniforms = uniformLayout(
    { ...PACKED_UNIFORMS, ...(tabled ? FIBRE_UNIFORMS : {}), ...map.uniforms },
    dtypes.length,
  );
  const wgsl = link({
    inputs: dtypes,
    uniforms,
    outputs: { dst: "array<vec4u>", not_finite: "array<atomic<u32>>", ...(tabled ? { table: "array<f32>" } : {}) },
    ...(tabled ? { constants: { TABLE: width } } : {}),
    lists: { r: ragged ? [0] : [] },
    imports: [...(tabled ? (["fibres.wgsl"] as const) : []), ...(map.imports ?? [])],
    lane: map.bits ? "vec4u" : "vec4f",
    stores: output,
    body: map.wgsl,
    skeleton: mapSkeleton,
  });
  return {
    name,
    wgsl,
    buffers: ["read", "read_write", "read_write", ...(tabled ? (["read_write"] as const) : [])],
    packUniforms: uniforms.pack,
    reference([packed, dst, counts, table], values) {
      if (!packed || !dst || !counts) throw new TypeError(`${name} needs three buffers.`);
      const { count, start, stored } = packedInputs(packed, values, dtypes);
      const made = new Float32Array(count);
      map.reference(
        stored.map((bytes, k) => widen(bytes, dtypes[k] ?? "F32")),
        made,
        values,
        start,
        ofFibre(table, values, width ?? 0),
      );
      const narrowed = narrow(made, output);
      dst.set(narrowed);
      dst.fill(0, narrowed.length, paddedBytes(count, output));
      const tally = new Uint32Array(counts.buffer, counts.byteOffset, dtypes.length + 1);
      [...stored, narrowed].forEach((bytes, k) => {
        tally[k] = (tally[k] ?? 0) + countNonFinite(bytes, dtypes[k] ?? output);
      });
    },
  };
}

/** What `of_fibre` reads, in TypeScript. */
function ofFibre(table: Bytes | undefined, values: Numbers, width: number): OfFibre {
  if (!table) return () => Number.NaN;
  const numbers = new Float32Array(table.buffer, table.byteOffset, table.byteLength / 4);
  const [skew, size, rows] = [values.fibre_skew, values.fibre_size, values.fibre_rows].map(Number) as [
    number,
    number,
    number,
  ];
  return (element, column) => {
    const place = element + skew;
    return numbers[(rows === 1 ? Math.floor(place / size) : place % size) * width + column] ?? Number.NaN;
  };
}

/** Bytes of `count` elements when every thread writes all of its own. */
function paddedBytes(count: number, dtype: OutputDType): number {
  return Math.ceil(count / PER_THREAD) * PER_THREAD * DTYPE_BYTES[dtype];
}
