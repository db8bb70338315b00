import termsOfEight from "../../../../shaders/reduce/terms.wgsl?raw";
import type { DeviceBytes } from "../../../base/bytes";
import { memo } from "../../../base/memo";
import { widen } from "../../../formats/convert";
import type { FloatDType } from "../../../formats/dtypes";
import type { Job } from "../../fast";
import type { Kernel, Numbers, UniformType } from "../../kernel";
import { ofFibre, tableParts, tableTiles } from "../common/fibreTable";
import { type CommonShader, type Lists, link } from "../link/link";
import { loadPacked, PACKED_UNIFORMS, packedInputs } from "../link/packed";
import { uniformLayout } from "../link/uniforms";
import { type Register, Tiles } from "../tiles/tiles";
import type { TermsDefinition } from "./terms";

/** A reduction over terms: the skeleton around `fn terms`, and the same in TypeScript. One object for one specialisation, as kernels are. */
export interface Reduction {
  readonly name: string;
  /** The terms that it reduces. */
  readonly part: Part;
  /** WGSL in which `//#terms` stands for loading eight elements and making their terms: see `terms.wgsl`. */
  readonly skeleton: string;
  readonly imports?: readonly CommonShader[];
  /** The one buffer that it writes to, with its WGSL type. */
  readonly output: readonly [name: string, type: string];
  readonly constants?: Readonly<Record<string, number>>;
  /** Loops of the skeleton beyond `t` (all terms) and `p` (those of the part). */
  readonly lists?: Lists;
  readonly uniforms: Readonly<Record<string, UniformType>>;
  /** Reduces the terms of `count` elements into `output`, the buffer's raw bytes. */
  reference(terms: readonly Float32Array[], output: DeviceBytes, values: Numbers, count: number): void;
  /** The same in a program of tiles for one term, counted from that of the definition. @param output the buffer's address */
  tiles?(tiles: Tiles, term: number, register: Register, output: number, values: Numbers): void;
  /** What becomes of the program, where it does not go tile by tile over `count` elements. */
  job?(tiles: Tiles, values: Numbers, count: number, start: number): Job | undefined;
}

/** The terms that a kernel reduces, out of all of its definition. */
export interface Part {
  readonly from: number;
  readonly size: number;
}

/** Cuts `terms` terms into parts of at most `most`, for kernels that can hold no more at once. */
export function partsOf(terms: number, most: number): readonly Part[] {
  return Array.from({ length: Math.ceil(terms / most) }, (_, i) => ({
    from: i * most,
    size: Math.min(most, terms - i * most),
  }));
}

/**
 * The kernel that applies a reduction to its part of the terms. Buffers: the packed inputs, the reduction's output, the table of fibres if
 * there is one.
 * @param width numbers in the table for each fibre, where there is a table
 */
export const termsKernel = memo(function linkTerms(
  definition: TermsDefinition,
  dtypes: readonly FloatDType[],
  reduction: Reduction,
  width: number | undefined,
): Kernel<Numbers> {
  const { part } = reduction;
  const name = `${reduction.name} of ${definition.name} ${dtypes.join("+")} [${part.from}, ${part.from + part.size})${width === undefined ? "" : ` ×${width}`}`;
  const count = definition.terms(dtypes.length);
  const all = Array.from({ length: count }, (_, t) => t);
  const table = tableParts(width);
  const uniforms = uniformLayout(
    { ...PACKED_UNIFORMS, ...table.uniforms, ...reduction.uniforms, ...definition.uniforms },
    dtypes.length,
  );
  const [output, type] = reduction.output;
  const wgsl = link({
    inputs: dtypes,
    uniforms,
    outputs: { [output]: type, ...table.outputs },
    constants: { T: count, FROM: part.from, PART: part.size, ...table.constants, ...reduction.constants },
    imports: [...new Set([...table.imports, ...(reduction.imports ?? []), ...(definition.imports ?? [])])],
    lists: { t: all, p: all.slice(part.from, part.from + part.size), ...reduction.lists },
    lane: "vec4f",
    body: definition.wgsl,
    skeleton: reduction.skeleton.replace("//#terms", () => termsOfEight),
  });
  return {
    name,
    wgsl,
    buffers: ["read", "read_write", ...table.buffers],
    packUniforms: uniforms.pack,
    reference([packed, into, numbers], values) {
      if (!packed || !into) throw new TypeError(`${name} needs two buffers.`);
      const { count, start, stored } = packedInputs(packed, values, dtypes);
      const terms = all.map(() => new Float32Array(count));
      const inputs = stored.map((bytes, k) => widen(bytes, dtypes[k] ?? "F32"));
      definition.reference(inputs, terms, values, start, ofFibre(numbers, values, width));
      reduction.reference(terms.slice(part.from, part.from + part.size), into, values, count);
    },
    fast([packed = 0, into = 0, numbers = 0], values) {
      const { tiles: reduce } = reduction;
      if (!definition.tiles || !reduce) return undefined;
      const tiles = new Tiles();
      const { count, start, inputs } = loadPacked(tiles, packed, values, dtypes);
      const take = (term: number, register: Register) => {
        if (term >= part.from && term < part.from + part.size) reduce(tiles, term, register, into, values);
      };
      definition.tiles(tiles, inputs, take, values, start, tableTiles(tiles, numbers, values, width));
      return reduction.job ? reduction.job(tiles, values, count, start) : tiles.job(count);
    },
  };
});
