import { ARGUMENTS, DONE, ENTRY, GENERATION, PIECES, TICKET, useScratchOf } from "./layout";
import { runTiles } from "./tiles/program";

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

/** `ENTRIES` of `src/compute/devices/wasm/entries.ts`, in the same order. */
function perform(entry: i32, piece: u32): void {
  switch (entry) {
    case 0: {
      runTiles(ARGUMENTS, piece);
      break;
    }
    default: {
      unreachable();
    }
  }
}
