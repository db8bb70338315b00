import skeleton from "../../../../shaders/reduce/leafSums.wgsl?raw";
import { memo } from "../../../base/memo";
import { type Blocks, LEAF } from "../../blocks";
import type { Device, DeviceBuffer } from "../../device";
import { prepareTerms } from "./runTerms";
import type { BoundTerms } from "./terms";
import { partsOf, type Reduction } from "./termsKernel";

/** Terms that one kernel sums: their running sums stay in registers. */
const MOST_TERMS = 16;
/** Leaves that a workgroup takes, and threads that share one. */
const LEAVES = 16;
const SPLIT = 4;

/** Leaf sums are read back in pieces of about this many bytes, so that reading never waits for a round trip per block. */
const GATHER_BYTES = 8 * 1024 * 1024;

/**
 * Sums leaves of LEAF elements on the device, each in one fixed order, and gives them to `take` in index order: T numbers per leaf,
 * many leaves at a time.
 * @throws {AwaseError} `gpu/out-of-memory`, `gpu/shader`, `gpu/lost`
 */
export async function leafSums(
  device: Device,
  blocks: Blocks,
  terms: BoundTerms,
  signal: AbortSignal | undefined,
  take: (sums: Float32Array) => void,
): Promise<void> {
  const count = terms.terms.terms(blocks.dtypes.length);
  signal?.throwIfAborted();
  const parts = partsOf(count, MOST_TERMS);
  const reductions = parts.map(({ from, size }) => sumsReduction(from, size, count));
  const run = await prepareTerms(device, blocks, terms, reductions);

  const leafBytes = count * 4;
  const allBytes = Math.ceil(blocks.count / LEAF) * leafBytes;
  let gathered: { readonly buffer: DeviceBuffer; used: number } | undefined;
  let taken = Promise.resolve();
  const flush = () => {
    if (!gathered) return;
    const { buffer, used } = gathered;
    gathered = undefined;
    const read = device.read(buffer, 0, used);
    buffer[Symbol.dispose]();
    taken = Promise.all([read, taken]).then(([bytes]) => take(new Float32Array(bytes.buffer)));
    taken.catch(() => undefined); // awaited at the end
  };
  try {
    for await (const block of blocks) {
      signal?.throwIfAborted();
      const leaves = Math.ceil(block.count / LEAF);
      const bytes = leaves * leafBytes;
      if (gathered && gathered.used + bytes > gathered.buffer.bytes) flush();
      gathered ??= {
        buffer: await device.lease(Math.max(bytes, Math.min(allBytes, GATHER_BYTES)), `${terms.terms.name} sums`),
        used: 0,
      };
      const leaf0 = gathered.used / leafBytes;
      await run(block, gathered.buffer, { leaf0 }, Math.ceil(leaves / LEAVES));
      gathered.used += bytes;
    }
    flush();
    await taken;
  } finally {
    gathered?.buffer[Symbol.dispose]();
  }
  signal?.throwIfAborted();
}

const sumsReduction = memo((from: number, size: number, total: number): Reduction => {
  return {
    name: "sums",
    part: { from, size },
    skeleton,
    output: ["sums", "array<f32>"],
    uniforms: { leaf0: "u32" },
    reference(terms, output, values, count) {
      const sums = new Float32Array(output.buffer, output.byteOffset, output.byteLength / 4);
      for (let leaf = 0; leaf * LEAF < count; leaf++) {
        const end = Math.min((leaf + 1) * LEAF, count);
        terms.forEach((term, t) => {
          sums[(Number(values.leaf0) + leaf) * total + from + t] = leafSum(term, leaf * LEAF, end);
        });
      }
    },
    tiles(tiles, term, register, output, { leaf0 }) {
      tiles.leafSum(register, output + 4 * (Number(leaf0) * total + term), 4 * total);
    },
  };
});

/** The sum of up to LEAF numbers in the order of `leafSums.wgsl`, every addition rounded to f32. */
function leafSum(values: Float32Array, start: number, end: number): number {
  const lanes = new Float32Array(4); // a typed array, so that every addition rounds to f32
  let sum = 0;
  for (let thread = 0; thread < SPLIT; thread++) {
    lanes.fill(0);
    for (let at = start + thread * 8; at < end; at += SPLIT * 8) {
      const stop = Math.min(at + 8, end);
      for (let i = at; i < stop; i++) lanes[i & 3] = (lanes[i & 3] ?? 0) + (values[i] ?? 0);
    }
    const [a = 0, b = 0, c = 0, d = 0] = lanes;
    sum = Math.fround(sum + Math.fround(Math.fround(a + b) + Math.fround(c + d)));
  }
  return sum;
}
