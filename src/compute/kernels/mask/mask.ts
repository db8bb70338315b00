import type { Numbers, UniformType } from "../../kernel";
import type { FibreTable, OfFibre, TableTiles } from "../common/fibreTable";
import type { CommonShader } from "../link/link";
import type { Register, Tiles } from "../tiles/tiles";

/**
 * Which elements count, decided once for all inputs. It is not stored: every kernel that reads it decides anew from the inputs that it has
 * before it, so that a mask takes no memory and knows no block size.
 * `wgsl` holds `fn chosen(at: vec4u, $inputs) -> vec4<bool>`, linked as in `MapDefinition`, with names as in `StatisticDefinition`.
 */
export interface MaskDefinition {
  readonly name: string;
  readonly wgsl: string;
  readonly imports: readonly CommonShader[];
  readonly uniforms: Readonly<Record<string, UniformType>>;
  readonly fibres?: true;
  /** The same in TypeScript: 1 for elements that count, 0 for the others. */
  reference(x: readonly Float32Array[], chosen: Uint8Array, values: Numbers, start: number, ofFibre: OfFibre): void;
  /** The same as a program of tiles: a register with all bits of an element or none. It leaves those of the inputs alone. */
  tiles?(tiles: Tiles, x: readonly Register[], values: Numbers, start: number, table: TableTiles): Register;
}

/** A mask with its numbers. */
export interface BoundMask {
  readonly mask: MaskDefinition;
  readonly table?: FibreTable;
  uniforms(block: { readonly start: number; readonly count: number }): Numbers;
}

/** What a mask and the kernel that reads it need together. */
export function bothOf(
  mask: Pick<MaskDefinition, "name" | "imports" | "uniforms" | "fibres">,
  reader: {
    readonly name: string;
    readonly imports?: readonly CommonShader[];
    readonly uniforms: Readonly<Record<string, UniformType>>;
    readonly fibres?: true;
  },
) {
  const twice = Object.keys(mask.uniforms).find((name) => Object.hasOwn(reader.uniforms, name));
  if (twice !== undefined)
    throw new TypeError(`${reader.name} and its mask ${mask.name} both call a uniform "${twice}".`);
  if (mask.fibres && reader.fibres) throw new TypeError(`${reader.name} and its mask ${mask.name} both have a table.`);
  return {
    name: `${reader.name} within ${mask.name}`,
    imports: [...new Set([...mask.imports, ...(reader.imports ?? [])])],
    uniforms: { ...reader.uniforms, ...mask.uniforms },
    ...(mask.fibres || reader.fibres ? { fibres: true as const } : {}),
  };
}

/** The numbers of both, for a block. */
export function numbersOfBoth(
  mask: BoundMask,
  reader: Pick<BoundMask, "table"> & { uniforms(block: { readonly start: number; readonly count: number }): Numbers },
): Pick<BoundMask, "table" | "uniforms"> {
  const table = reader.table ?? mask.table;
  return {
    ...(table && { table }),
    uniforms: (block) => ({ ...reader.uniforms(block), ...mask.uniforms(block) }),
  };
}
