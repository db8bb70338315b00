import { ARGUMENTS, DONE, ENTRY, GENERATION, PIECES, TICKET, useScratchOf } from "./layout";
import { activate } from "./pass/activate";
import { attention } from "./pass/attention";
import { addRows, capLogits, copyRows, gatherRows } from "./pass/moves";
import { addScaled, nllFold, norm, rope } from "./pass/rows";
import { addProduct } from "./products/addProduct";
import { matmul } from "./products/matmul";
import { keepByRank } from "./rank/keep";
import { rankRow } from "./rank/rows";
import { runFibres, runTiles } from "./tiles/program";

/** Says which thread this instance is: 0 issues the work and shares in it. Called once. */
export function begin(thread: i32): void {
  useScratchOf(thread);
}

/** Does pieces of the present job until none is left. Which thread does which piece changes no bit. */
export function help(): void {
  for (;;) {
    const ticket = atomic.load<u64>(TICKET);
    const left = <u32>ticket;
    if (left == 0) return;
    // Only whoever takes a piece may read what the job is: it cannot end, and another begin, before that piece is done.
    if (atomic.cmpxchg<u64>(TICKET, ticket, ticket - 1) != ticket) continue;
    perform(load<i32>(ENTRY), left - 1);
    if (atomic.add<i32>(DONE, 1) + 1 == load<i32>(PIECES)) atomic.notify(DONE, 1);
  }
}

/** Serves as a thread until it is ended. */
export function serve(): void {
  for (;;) {
    const generation = atomic.load<i32>(GENERATION);
    help();
    atomic.wait<i32>(GENERATION, generation, -1);
  }
}

/** `ENTRIES` of `src/compute/fast.ts`, in the same order. */
function perform(entry: i32, piece: u32): void {
  switch (entry) {
    case 0:
      return runTiles(ARGUMENTS, piece);
    case 1:
      return matmul(ARGUMENTS, piece);
    case 2:
      return attention(ARGUMENTS, piece);
    case 3:
      return norm(ARGUMENTS, piece);
    case 4:
      return rope(ARGUMENTS, piece);
    case 5:
      return activate(ARGUMENTS, piece);
    case 6:
      return addScaled(ARGUMENTS, piece);
    case 7:
      return nllFold(ARGUMENTS, piece);
    case 8:
      return runFibres(ARGUMENTS, piece);
    case 9:
      return rankRow(ARGUMENTS, piece);
    case 10:
      return keepByRank(ARGUMENTS, piece);
    case 11:
      return gatherRows(ARGUMENTS, piece);
    case 12:
      return copyRows(ARGUMENTS, piece);
    case 13:
      return addRows(ARGUMENTS, piece);
    case 14:
      return capLogits(ARGUMENTS, piece);
    case 15:
      return addProduct(ARGUMENTS, piece);
    default:
      unreachable();
  }
}
