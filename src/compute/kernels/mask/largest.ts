import wgsl from "../../../../shaders/mask/largest.wgsl?raw";
import { memo } from "../../../base/memo";
import type { Blocks } from "../../blocks";
import type { Device } from "../../device";
import { cutWithin, keyBits } from "../common/keys";
import { kthLargest } from "../reduce/kthLargest";
import type { BoundMask, MaskDefinition } from "./mask";
import { asTerms, type BoundStatistic, type StatisticDefinition } from "./statistic";

/**
 * The k elements with the largest statistic: exactly k, of equals those with lower indices.
 * @throws {AwaseError} `gpu/out-of-memory`, `gpu/shader`, `gpu/lost`
 */
export async function largest(
  device: Device,
  blocks: Blocks,
  bound: BoundStatistic,
  k: number,
  signal?: AbortSignal,
): Promise<BoundMask> {
  const [found] = await kthLargest(device, blocks, asTerms(bound), [k], signal);
  const { bits, cut } = found ?? { bits: 0, cut: blocks.count };
  const { statistic, table, uniforms } = bound;
  return {
    mask: largestOf(statistic),
    ...(table && { table }),
    uniforms: (block) => ({ ...uniforms(block), mask_bits: bits, mask_cut: cutWithin(cut, block) }),
  };
}

const largestOf = memo(
  (statistic: StatisticDefinition): MaskDefinition => ({
    name: `largest ${statistic.name}`,
    wgsl: `${statistic.wgsl}\n${wgsl}`,
    imports: [...new Set([...(statistic.imports ?? []), "keys.wgsl" as const])],
    uniforms: { ...statistic.uniforms, mask_bits: "u32", mask_cut: "u32" },
    ...(statistic.fibres && { fibres: true }),
    reference(x, chosen, values, start, ofFibre) {
      const numbers = new Float32Array(chosen.length);
      statistic.reference(x, numbers, values, start, ofFibre);
      const [bits, cut] = [Number(values.mask_bits), Number(values.mask_cut)];
      for (const [i, key] of keyBits(numbers).entries()) chosen[i] = Number(key > bits || (key === bits && i < cut));
    },
    ...(statistic.tiles && { tiles: tilesOf(statistic.tiles) }),
  }),
);

function tilesOf(statistic: NonNullable<StatisticDefinition["tiles"]>): NonNullable<MaskDefinition["tiles"]> {
  return (tiles, x, values, ...rest) => {
    const number = statistic(tiles, x, values, ...rest);
    return tiles.chooseLargest(number, Number(values.mask_bits), Number(values.mask_cut));
  };
}
