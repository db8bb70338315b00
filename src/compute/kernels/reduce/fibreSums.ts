import skeleton from "../../../../shaders/reduce/fibreSums.wgsl?raw";
import { memo } from "../../../base/memo";
import { own } from "../../../base/own";
import type { Blocks, PackedBlock } from "../../blocks";
import type { Device } from "../../device";
import type { Numbers } from "../../kernel";
import type { Fibres } from "../common/fibres";
import { only } from "../link/link";
import { prepareTerms } from "./runTerms";
import type { BoundTerms } from "./terms";
import { partsOf, type Reduction } from "./termsKernel";

/** Elements of a fibre that are added on the device: a fixed place to go on from in f64, whatever the block size. */
const PIECE = 1024;
/** Terms that one kernel sums: their running sums stay in registers. */
const MOST_TERMS = 16;
const THREADS = 64;

/** How the terms of a fibre come together. */
type Operation = "add" | "most";
const OPERATIONS: readonly Operation[] = ["add", "most"];
const join = (operation: Operation, a: number, b: number) => (operation === "add" ? a + b : Math.max(a, b));

/** Brings the terms of each fibre of a tensor together. */
type FibreReduction = (
  device: Device,
  blocks: Blocks,
  terms: BoundTerms,
  fibres: Fibres,
  signal?: AbortSignal,
) => Promise<Float64Array[]>;

/**
 * T sums over each fibre of a tensor. A thread adds up to 1024 elements of a fibre, one after the other, across blocks, in f32; pieces
 * are added in f64 on the host, in order. So the block size changes nothing.
 * @returns one list per term, with one sum per fibre
 * @throws {AwaseError} `gpu/out-of-memory`, `gpu/shader`, `gpu/lost`
 */
export const fibreSums: FibreReduction = (...given) => reduceFibres("add", ...given);

/** The largest of each term over each fibre, 0 where all are negative. @see fibreSums */
export const fibreMaxima: FibreReduction = (...given) => reduceFibres("most", ...given);

async function reduceFibres(
  operation: Operation,
  ...[device, blocks, terms, fibres, signal]: Parameters<FibreReduction>
): ReturnType<FibreReduction> {
  const count = terms.terms.terms(blocks.dtypes.length);
  const totals = Array.from({ length: count }, () => new Float64Array(fibres.count));
  if (blocks.count === 0) return totals;
  const parts = partsOf(count, MOST_TERMS);
  const reductions = parts.map(({ from, size }) => fibreReduction(from, size, count, operation));
  const run = await prepareTerms(device, blocks, terms, reductions);
  const pieces = Math.ceil(fibres.length / PIECE);
  const bytes = fibres.count * pieces * count * 4;
  using sums = await device.lease(bytes, `${terms.terms.name} of fibres`);
  device.clear(sums, 0, bytes);
  for await (const block of blocks) {
    signal?.throwIfAborted();
    const touched = piecesIn(block, fibres);
    const groups = Math.ceil((touched.last - touched.first) / THREADS);
    await run(block, sums, { ...touched, ...geometry(fibres) }, groups);
  }
  const read = new Float32Array((await device.read(sums, 0, bytes)).buffer);
  signal?.throwIfAborted();
  for (let piece = 0; piece < fibres.count * pieces; piece++) {
    const fibre = fibres.stride === 1 ? Math.floor(piece / pieces) : piece % fibres.count;
    for (const [t, total] of totals.entries()) {
      total[fibre] = join(operation, total[fibre] ?? 0, read[piece * count + t] ?? 0);
    }
  }
  return totals;
}

function geometry({ count, length, stride }: Fibres) {
  return { fibres: count, length, stride, pieces: Math.ceil(length / PIECE) };
}

/**
 * The pieces [first, last) that a block has elements of. They are counted row by row for rows; for columns, all first pieces come
 * before all second ones: either way, as their elements lie.
 */
function piecesIn({ start, count }: PackedBlock, { count: fibres, length, stride }: Fibres) {
  const end = start + count - 1;
  if (stride !== 1) {
    const band = PIECE * stride;
    return { first: Math.floor(start / band) * fibres, last: (Math.floor(end / band) + 1) * fibres };
  }
  const pieces = Math.ceil(length / PIECE);
  const pieceOf = (element: number) => Math.floor(element / length) * pieces + Math.floor((element % length) / PIECE);
  return { first: pieceOf(start), last: pieceOf(end) + 1 };
}

const fibreReduction = memo((from: number, size: number, total: number, operation: Operation): Reduction => {
  return {
    name: operation === "add" ? "fibre sums" : "fibre maxima",
    part: { from, size },
    skeleton,
    output: ["sums", "array<f32>"],
    constants: { PIECE },
    lists: only(operation, OPERATIONS),
    uniforms: { first: "u32", last: "u32", fibres: "u32", length: "u32", stride: "u32", pieces: "u32" },
    tiles(tiles, term, register, output) {
      tiles.join(register, output + 4 * term, 4 * total, operation === "most");
    },
    job(tiles, values, elements, start) {
      const number = (name: string) => Number(own(values, name));
      const [first, last] = [number("first"), number("last")];
      const [length, stride, pieces] = [number("length"), number("stride"), number("pieces")];
      return tiles.fibreJob({ elements, start, first, last, count: number("fibres"), length, stride, pieces });
    },
    reference(terms, output, values, count) {
      const sums = new Float32Array(output.buffer, output.byteOffset, output.byteLength / 4);
      const number = (name: string) => Number(own(values as Numbers, name));
      const start = number("first4") * 4;
      const [length, stride, pieces] = [number("length"), number("stride"), number("pieces")];
      for (let piece = number("first"); piece < number("last"); piece++) {
        const within = stride === 1 ? piece % pieces : Math.floor(piece / number("fibres"));
        const begin =
          stride === 1
            ? Math.floor(piece / pieces) * length + within * PIECE
            : (piece % number("fibres")) + within * PIECE * stride;
        const elements = Math.min(PIECE, length - within * PIECE);
        const skipped = Math.max(0, Math.ceil((start - begin) / stride));
        for (let j = skipped; j < elements && begin + j * stride < start + count; j++) {
          const at = begin + j * stride - start;
          for (const [t, term] of terms.entries()) {
            const place = piece * total + from + t;
            sums[place] = join(operation, sums[place] ?? 0, term[at] ?? 0);
          }
        }
      }
    },
  };
});
