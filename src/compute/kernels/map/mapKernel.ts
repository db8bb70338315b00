import skeleton from "../../../../shaders/map/map.wgsl?raw";
import type { DeviceBytes } from "../../../base/bytes";
import { memo } from "../../../base/memo";
import { countNonFinite, narrow, widen } from "../../../formats/convert";
import { DTYPE_BYTES, type FloatDType, type OutputDType } from "../../../formats/dtypes";
import type { Kernel, Numbers } from "../../kernel";
import { link } from "../link/link";
import { PACKED_UNIFORMS, packedInputs } from "../link/packed";
import { uniformLayout } from "../link/uniforms";
import type { MapDefinition, OfFibre } from "./map";

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

const FIBRE_UNIFORMS = { fibre_skew: "u32", fibre_size: "u32", fibre_rows: "u32" } as const;

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
    skeleton,
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
});

/** What `of_fibre` reads, in TypeScript. */
function ofFibre(table: DeviceBytes | undefined, values: Numbers, width: number): OfFibre {
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
