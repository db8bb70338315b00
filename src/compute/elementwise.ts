import mapSkeleton from "../../shaders/map/map.wgsl?raw";
import { countNonFinite, narrow, widen } from "../formats/convert";
import { DTYPE_BYTES, type FloatDType, type OutputDType } from "../formats/dtypes";
import type { PackedBlock } from "./blocks";
import type { Device, DeviceBuffer } from "./device";
import type { Kernel, Numbers } from "./kernel";
import { link } from "./link";
import type { BoundMap, MapDefinition } from "./map";
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
  const kernel = await device.prepare(mapKernel(bound.map, dtypes, output, block.count % PER_THREAD > 0));
  const dst = await device.lease(paddedBytes(block.count, output), `${bound.map.name} out`);
  const numbers = { ...bound.uniforms(block), ...packedNumbers(block) };
  const groups = Math.ceil(block.count / (PER_THREAD * THREADS));
  device.run(kernel, [block.buffer, dst, counter.buffer], numbers, groups);
  return dst;
}

const kernels = new WeakMap<MapDefinition, Map<string, Kernel<Numbers>>>();

/**
 * The kernel of a map for given dtypes. Buffers: the packed inputs, the output, the counts of a NotFiniteCounter.
 * @param ragged whether a block may have a number of elements that is not a multiple of 8
 */
function mapKernel(map: MapDefinition, dtypes: readonly FloatDType[], output: OutputDType, ragged: boolean) {
  const known = kernels.get(map) ?? new Map<string, Kernel<Numbers>>();
  kernels.set(map, known);
  const name = `${map.name} ${dtypes.join("+")}→${output}${ragged ? " ragged" : ""}`;
  const kernel = known.get(name) ?? linkMap(name, map, dtypes, output, ragged);
  known.set(name, kernel);
  return kernel;
}

function linkMap(
  name: string,
  map: MapDefinition,
  dtypes: readonly FloatDType[],
  output: OutputDType,
  ragged: boolean,
): Kernel<Numbers> {
  const uniforms = uniformLayout({ ...PACKED_UNIFORMS, ...map.uniforms }, dtypes.length);
  const wgsl = link({
    inputs: dtypes,
    uniforms,
    outputs: { dst: "array<vec4u>", not_finite: "array<atomic<u32>>" },
    lists: { r: ragged ? [0] : [] },
    imports: map.imports ?? [],
    lane: map.bits ? "vec4u" : "vec4f",
    stores: output,
    body: map.wgsl,
    skeleton: mapSkeleton,
  });
  return {
    name,
    wgsl,
    buffers: ["read", "read_write", "read_write"],
    packUniforms: uniforms.pack,
    reference([packed, dst, counts], values) {
      if (!packed || !dst || !counts) throw new TypeError(`${name} needs three buffers.`);
      const { count, start, stored } = packedInputs(packed, values, dtypes);
      const made = new Float32Array(count);
      map.reference(
        stored.map((bytes, k) => widen(bytes, dtypes[k] ?? "F32")),
        made,
        values,
        start,
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

/** Bytes of `count` elements when every thread writes all of its own. */
function paddedBytes(count: number, dtype: OutputDType): number {
  return Math.ceil(count / PER_THREAD) * PER_THREAD * DTYPE_BYTES[dtype];
}
