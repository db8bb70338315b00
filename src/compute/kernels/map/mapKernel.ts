import skeleton from "../../../../shaders/map/map.wgsl?raw";
import { memo } from "../../../base/memo";
import { countNonFinite, narrow, widen } from "../../../formats/convert";
import { DTYPE_BYTES, type FloatDType, type OutputDType } from "../../../formats/dtypes";
import type { Kernel, Numbers } from "../../kernel";
import { ofFibre, tableParts, tableTiles } from "../common/fibreTable";
import { link } from "../link/link";
import { loadPacked, PACKED_UNIFORMS, packedInputs } from "../link/packed";
import { uniformLayout } from "../link/uniforms";
import { Tiles } from "../tiles/tiles";
import type { MapDefinition } from "./map";

/** Elements that one thread of a map handles, and threads in a workgroup. */
const PER_THREAD = 8;
const THREADS = 256;

/** Whether a block's last eight elements are not complete. */
export const isRagged = (count: number): boolean => count % PER_THREAD > 0;

/** Workgroups for `count` elements. */
export const mapGroups = (count: number): number => Math.ceil(count / (PER_THREAD * THREADS));

/** Bytes of `count` elements when every thread writes all of its own. */
export function paddedBytes(count: number, dtype: OutputDType): number {
  return Math.ceil(count / PER_THREAD) * PER_THREAD * DTYPE_BYTES[dtype];
}

/**
 * The kernel of a map for given dtypes. Buffers: the packed inputs, the output, the counts of a NotFiniteCounter, the table of fibres if
 * there is one.
 * @param ragged whether a block may have a number of elements that is not a multiple of 8
 * @param width numbers in the table for each fibre, where there is a table
 */
export const mapKernel = memo(function linkMap(
  map: MapDefinition,
  dtypes: readonly FloatDType[],
  output: OutputDType,
  ragged: boolean,
  width: number | undefined,
): Kernel<Numbers> {
  const name = `${map.name} ${dtypes.join("+")}→${output}${ragged ? " ragged" : ""}${width === undefined ? "" : ` ×${width}`}`;
  const table = tableParts(width);
  const uniforms = uniformLayout({ ...PACKED_UNIFORMS, ...table.uniforms, ...map.uniforms }, dtypes.length);
  const wgsl = link({
    inputs: dtypes,
    uniforms,
    outputs: { dst: "array<vec4u>", not_finite: "array<atomic<u32>>", ...table.outputs },
    constants: table.constants,
    lists: { r: ragged ? [0] : [] },
    imports: [...table.imports, ...(map.imports ?? [])],
    lane: map.bits ? "vec4u" : "vec4f",
    stores: output,
    body: map.wgsl,
    skeleton,
  });
  return {
    name,
    wgsl,
    buffers: ["read", "read_write", "read_write", ...table.buffers],
    packUniforms: uniforms.pack,
    reference([packed, dst, counts, numbers], values) {
      if (!packed || !dst || !counts) throw new TypeError(`${name} needs three buffers.`);
      const { count, start, stored } = packedInputs(packed, values, dtypes);
      const made = new Float32Array(count);
      map.reference(
        stored.map((bytes, k) => widen(bytes, dtypes[k] ?? "F32")),
        made,
        values,
        start,
        ofFibre(numbers, values, width),
      );
      const narrowed = narrow(made, output);
      dst.set(narrowed);
      dst.fill(0, narrowed.length, paddedBytes(count, output));
      const tally = new Uint32Array(counts.buffer, counts.byteOffset, dtypes.length + 1);
      [...stored, narrowed].forEach((bytes, k) => {
        tally[k] = (tally[k] ?? 0) + countNonFinite(bytes, dtypes[k] ?? output);
      });
    },
    fast([packed = 0, dst = 0, counts = 0, numbers = 0], values) {
      if (!map.tiles) return undefined;
      const tiles = new Tiles();
      const { count, start, inputs } = loadPacked(tiles, packed, values, dtypes, counts);
      const made = map.tiles(tiles, inputs, values, start, tableTiles(tiles, numbers, values, width));
      tiles.store(made, dst, output, counts + 4 * dtypes.length);
      return tiles.job(count);
    },
  };
});
