import skeleton from "../../../../shaders/reduce/histogram.wgsl?raw";
import { memo } from "../../../base/memo";
import type { Blocks } from "../../blocks";
import type { Device } from "../../device";
import { keyOf } from "../common/keys";
import { scalars } from "../link/uniforms";
import { prepareTerms } from "./runTerms";
import type { BoundTerms } from "./terms";
import { partsOf, type Reduction } from "./termsKernel";

/** The 31 bits of a magnitude, from the top. */
export const PASSES = [
  { shift: 20, bits: 11 },
  { shift: 10, bits: 10 },
  { shift: 0, bits: 10 },
] as const;
/** Bins of a pass. */
export const BINS = 2048;
/** Terms of one kernel: two histograms of 8 KiB fill the workgroup memory that every GPU has. Without, registers are the limit. */
const MOST_TERMS = { shared: 2, direct: 16 } as const;
/** Elements that a workgroup of the histogram kernel takes. */
const GROUP_ELEMENTS = 4096 * 8;

/** State of one term's search. */
export interface Search {
  /** High bits found so far. */
  prefix: number;
  /** How many of the elements that share the prefix are kept. */
  rest: number;
  /** How many elements share the prefix. */
  sharing: number;
}

/** How many keys lie in each bin of a pass, for every search: BINS counters, one search after the other. */
export async function countKeys(
  device: Device,
  blocks: Blocks,
  keys: BoundTerms,
  pass: (typeof PASSES)[number],
  searches: readonly Search[],
  signal: AbortSignal | undefined,
): Promise<Uint32Array> {
  const gather = device.traits.cheapBarriers ? "shared" : "direct";
  const parts = partsOf(searches.length, MOST_TERMS[gather]);
  const reductions = parts.map(({ from, size }) => histogramReduction(from, size, gather));
  const run = await prepareTerms(device, blocks, keys, reductions);
  const bytes = searches.length * BINS * 4;
  using histogram = await device.lease(bytes, "histogram");
  device.clear(histogram, 0, bytes);
  const span = 2 ** (pass.shift + pass.bits);
  const firsts = Object.fromEntries(searches.map(({ prefix }, t) => [`first_${t}`, prefix * span]));
  for await (const block of blocks) {
    signal?.throwIfAborted();
    await run(block, histogram, { shift: pass.shift, span, ...firsts }, Math.ceil(block.count / GROUP_ELEMENTS));
  }
  const counts = await device.read(histogram, 0, bytes);
  signal?.throwIfAborted();
  return new Uint32Array(counts.buffer);
}

const histogramReduction = memo((from: number, size: number, gather: "shared" | "direct"): Reduction => {
  const terms = Array.from({ length: size }, (_, i) => from + i);
  return {
    name: `histogram (${gather})`,
    part: { from, size },
    skeleton,
    lists: { s: gather === "shared" ? [0] : [], g: gather === "direct" ? [0] : [] },
    imports: ["keys.wgsl"],
    output: ["histogram", "array<atomic<u32>>"],
    constants: { BINS },
    uniforms: { shift: "u32", span: "u32", ...scalars("first", terms) },
    reference(values, output, numbers) {
      const [shift, span] = [Number(numbers.shift), Number(numbers.span)];
      const histogram = new Uint32Array(output.buffer, output.byteOffset, output.byteLength / 4);
      values.forEach((term, i) => {
        const first = Number(numbers[`first_${from + i}`]);
        const bins = histogram.subarray((from + i) * BINS, (from + i + 1) * BINS);
        const patterns = new Uint32Array(term.buffer, term.byteOffset, term.length);
        for (let at = 0; at < patterns.length; at++) {
          const place = keyOf(patterns[at] ?? 0) - first;
          if (place < 0 || place >= span) continue;
          const bin = place >>> shift;
          bins[bin] = (bins[bin] ?? 0) + 1;
        }
      });
    },
    tiles(tiles, term, register, output, numbers) {
      const first = Number(numbers[`first_${term}`]);
      tiles.histogram(register, output + 4 * BINS * term, first, Number(numbers.span), Number(numbers.shift));
    },
  };
});
