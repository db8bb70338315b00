import {
  add,
  addScaled,
  agree,
  copy,
  divide,
  divideShares,
  fill,
  magnitude,
  multiply,
  scale,
  subtract,
} from "./arithmetic";
import { above, atLeast, finite, maximum, minimum, quotient, select, within, without } from "./choose";
import { bringTo, FIBRE_PIECE, join, keepBits, ofFibre } from "./fibres";
import { chooseLargest, keepLargest, keepMiddle, keepRandom } from "./keep";
import { bytesOf, widen } from "./load";
import { countKeys, equals, flushHistogram, leafSum, storeKeys, storeRowKeys } from "./reduce";
import { register, TILE } from "./registers";
import { narrow } from "./store";

/** Bytes of an operation: its code and seven numbers. */
const OPERATION: usize = 32;
const HISTOGRAM: u32 = 15;
const LOAD: u32 = 0;
const STORE: u32 = 1;

/**
 * Runs a program of `src/compute/kernels/tiles/tiles.ts` over the tiles of one piece: for each tile all operations, so that what lies
 * between two of them stays in the cache.
 * At `at`: elements, tiles of a piece, operations; then the operations.
 */
export function runTiles(at: usize, piece: u32): void {
  const elements = load<u32>(at);
  const tiles = load<u32>(at, 4);
  const first = at + OPERATION;
  const end = first + load<u32>(at, 8) * OPERATION;
  const last = min((piece + 1) * tiles, (elements + TILE - 1) / TILE);
  for (let tile = piece * tiles; tile < last; tile++) {
    const start = tile * TILE;
    const count = min(TILE, elements - start);
    for (let operation = first; operation < end; operation += OPERATION) perform(operation, tile, start, count);
  }
  for (let operation = first; operation < end; operation += OPERATION) {
    if (load<u32>(operation) == HISTOGRAM) flushHistogram(load<u32>(operation, 28), load<u32>(operation, 8));
  }
}

/**
 * Runs a program over the stretches of a tensor's fibres: rows piece by piece, columns some of them at a time and row after row, so that
 * each sum is brought together by one thread in the order of its elements.
 * At `at`: elements, operations; index in the tensor of the first element; first piece and the one behind the last; fibres, elements of one,
 * from one element of it to the next; pieces of one fibre, pieces (of columns: columns) that a thread takes. At 64 the operations.
 */
export function runFibres(at: usize, piece: u32): void {
  const start = load<u32>(at, 8);
  const fibres = load<u32>(at, 20);
  const stride = load<u32>(at, 28);
  const taken = load<u32>(at, 36);
  if (stride != 1) {
    const column = piece * taken;
    const columns = min(taken, fibres - column);
    const last = (start + load<u32>(at) - 1) / stride;
    for (let row = start / stride; row <= last; row++) {
      runStretch(at, row * stride + column, columns, (row / FIBRE_PIECE) * fibres + column, false);
    }
    return;
  }
  const length = load<u32>(at, 24);
  const pieces = load<u32>(at, 32);
  const from = load<u32>(at, 12) + piece * taken;
  const to = min(from + taken, load<u32>(at, 16));
  for (let p = from; p < to; p++) {
    const inside = (p % pieces) * FIBRE_PIECE;
    runStretch(at, (p / pieces) * length + inside, min(FIBRE_PIECE, length - inside), p, true);
  }
}

/** What the block has of `count` elements from `begin`, counted in the tensor. */
function runStretch(at: usize, begin: u32, count: u32, piece: u32, isOne: bool): void {
  const start = load<u32>(at, 8);
  const from = max(begin, start);
  const to = min(begin + count, start + load<u32>(at));
  if (from >= to) return;
  bringTo(isOne ? piece : piece + (from - begin), isOne);
  const first = at + 2 * OPERATION;
  const end = first + load<u32>(at, 4) * OPERATION;
  for (let operation = first; operation < end; operation += OPERATION) perform(operation, 0, from - start, to - from);
}

function perform(at: usize, tile: u32, start: u32, count: u32): void {
  const code = load<u32>(at);
  if (code == LOAD) {
    const dtype = load<u32>(at, 12);
    const from = load<u32>(at, 8) + bytesOf(dtype, start);
    const counter = load<u32>(at, 16);
    tally(counter, widen(from, dtype, register(load<u32>(at, 4)), count, counter != 0));
    return;
  }
  if (code == STORE) {
    const dtype = load<u32>(at, 12);
    tally(
      load<u32>(at, 16),
      narrow(register(load<u32>(at, 4)), load<u32>(at, 8) + bytesOf(dtype, start), dtype, count),
    );
    return;
  }
  const to = register(load<u32>(at, 4));
  switch (code) {
    case 2:
      return fill(to, load<u32>(at, 8), count);
    case 3:
      return copy(to, register(load<u32>(at, 8)), count);
    case 4:
      return add(to, register(load<u32>(at, 8)), register(load<u32>(at, 12)), count);
    case 5:
      return subtract(to, register(load<u32>(at, 8)), register(load<u32>(at, 12)), count);
    case 6:
      return multiply(to, register(load<u32>(at, 8)), register(load<u32>(at, 12)), count);
    case 7:
      return magnitude(to, register(load<u32>(at, 8)), count);
    case 8:
      return scale(to, register(load<u32>(at, 8)), load<f32>(at, 12), count);
    case 9:
      return divide(to, register(load<u32>(at, 8)), load<f32>(at, 12), count);
    case 10:
      return addScaled(to, register(load<u32>(at, 8)), load<f32>(at, 12), register(load<u32>(at, 16)), count);
    case 11:
      return keepLargest(to, start, load<u32>(at, 8), load<u32>(at, 12), count);
    case 12:
      return keepMiddle(to, start, load<u32>(at, 8), load<u32>(at, 12), load<u32>(at, 16), load<u32>(at, 20), count);
    case 13:
      return keepRandom(
        to,
        load<u32>(at, 8) + (start >> 2),
        load<u32>(at, 12),
        load<u32>(at, 16),
        load<u32>(at, 20),
        count,
      );
    case 14:
      return store<f32>(load<u32>(at, 8) + tile * load<u32>(at, 12), leafSum(to, count));
    case HISTOGRAM:
      return countKeys(to, load<u32>(at, 8), load<u32>(at, 12), load<u32>(at, 16), load<u32>(at, 20), count);
    case 16:
      return storeKeys(load<u32>(at, 8) + (start << 2), to, count);
    case 17:
      return equals(to, register(load<u32>(at, 8)), load<u32>(at, 12), count);
    case 18: {
      const share = register(load<u32>(at, 8));
      const votes = register(load<u32>(at, 12));
      return agree(to, share, votes, register(load<u32>(at, 16)), load<f32>(at, 20), count);
    }
    case 19:
      return divideShares(to, register(load<u32>(at, 8)), count);
    default:
      choose(code, to, at, start, count);
  }
}

/** Operations that compare, choose, and know fibres. */
function choose(code: u32, to: usize, at: usize, start: u32, count: u32): void {
  switch (code) {
    case 20:
      return quotient(to, register(load<u32>(at, 8)), register(load<u32>(at, 12)), count);
    case 21:
      return minimum(to, register(load<u32>(at, 8)), register(load<u32>(at, 12)), count);
    case 22:
      return maximum(to, register(load<u32>(at, 8)), register(load<u32>(at, 12)), count);
    case 23:
      return above(to, register(load<u32>(at, 8)), register(load<u32>(at, 12)), count);
    case 24:
      return atLeast(to, register(load<u32>(at, 8)), register(load<u32>(at, 12)), count);
    case 25:
      return within(to, register(load<u32>(at, 8)), register(load<u32>(at, 12)), count);
    case 26:
      return without(to, register(load<u32>(at, 8)), register(load<u32>(at, 12)), count);
    case 27: {
      const a = register(load<u32>(at, 12));
      return select(to, register(load<u32>(at, 8)), a, register(load<u32>(at, 16)), count);
    }
    case 28:
      return finite(to, register(load<u32>(at, 8)), count);
    case 29:
      return chooseLargest(to, register(load<u32>(at, 8)), start, load<u32>(at, 12), load<u32>(at, 16), count);
    case 30: {
      const place = start + load<u32>(at, 16);
      return ofFibre(to, load<u32>(at, 8), load<u32>(at, 12), place, load<u32>(at, 20), load<u32>(at, 24) != 0, count);
    }
    case 31:
      return keepBits(to, load<u32>(at, 8), load<u32>(at, 12), start + load<u32>(at, 16), load<u32>(at, 20), count);
    case 32:
      return storeRowKeys(to, at, start, count);
    case 33:
      return join(to, load<u32>(at, 8), load<u32>(at, 12), load<u32>(at, 16) != 0, count);
    default:
      unreachable();
  }
}

/** Adds to a count that all threads share. */
function tally(at: u32, found: u32): void {
  if (at != 0 && found != 0) atomic.add<u32>(at, found);
}
