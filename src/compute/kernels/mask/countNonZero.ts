import wgsl from "../../../../shaders/mask/countNonZero.wgsl?raw";
import { memo } from "../../../base/memo";
import type { Blocks } from "../../blocks";
import type { Device } from "../../device";
import { keyBits } from "../common/keys";
import { sum } from "../reduce/sum";
import type { TermsDefinition } from "../reduce/terms";
import type { BoundStatistic, StatisticDefinition } from "./statistic";

/**
 * How many elements of a tensor have a statistic that is not zero; subnormals count as zero.
 * @throws {AwaseError} `gpu/out-of-memory`, `gpu/shader`, `gpu/lost`
 */
export async function countNonZero(
  device: Device,
  blocks: Blocks,
  { statistic, ...numbers }: BoundStatistic,
  signal?: AbortSignal,
): Promise<number> {
  const [count = 0] = await sum(device, blocks, { ...numbers, terms: marksOf(statistic) }, signal);
  return count;
}

const marksOf = memo(({ tiles: made, ...statistic }: StatisticDefinition): TermsDefinition => {
  return {
    ...statistic,
    name: `non-zero of ${statistic.name}`,
    terms: () => 1,
    imports: [...new Set([...(statistic.imports ?? []), "keys.wgsl" as const])],
    wgsl: `${statistic.wgsl}\n${wgsl}`,
    reference(x, [out = new Float32Array()], values, start, ofFibre) {
      statistic.reference(x, out, values, start, ofFibre);
      out.set(keyBits(out).map((key) => Number(key > 0)));
    },
    ...(made && {
      tiles(tiles, x, take, ...rest) {
        const mark = tiles.chooseLargest(made(tiles, x, ...rest), 0, 0);
        tiles.within(mark, tiles.fill(1), mark);
        take(0, mark);
      },
    }),
  };
});
