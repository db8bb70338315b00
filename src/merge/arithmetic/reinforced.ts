import reinforcedWgsl from "../../../shaders/merge/arithmetic/reinforced.wgsl?raw";
import movedWgsl from "../../../shaders/merge/arithmetic/reinforcedMoved.wgsl?raw";
import type { BoundMap, MapDefinition } from "../../compute/kernels/map/map";
import { sum } from "../../compute/kernels/reduce/sum";
import type { TermsDefinition } from "../../compute/kernels/reduce/terms";
import type { Register, Tiles } from "../../compute/kernels/tiles/tiles";
import type { Moved } from "../facts/reinforcement";
import type { Tools } from "../types";

const { fround } = Math;

const MOVED = { epsilon: "f32" } as const;
const REINFORCED = { epsilon: "f32", factor: "f32[]" } as const;

/** How many elements each input but the base moves by more than epsilon. */
export async function countMoved(epsilon: number, { device, blocks, signal }: Tools): Promise<readonly Moved[]> {
  const counts = await sum(device, blocks, { terms: movedTerms, uniforms: () => ({ epsilon }) }, signal);
  return Array.from({ length: counts.length / 2 }, (_, place) => ({
    alone: counts[2 * place] ?? 0,
    shared: counts[2 * place + 1] ?? 0,
  }));
}

/** `b + Σ fᵢ·δᵢ` where one model moves an element, `b + Σ δᵢ/c` over the c that do; no other δᵢ counts. reference/merge-methods.md 2.16 */
export function reinforced(epsilon: number, factor: readonly number[]): BoundMap<typeof REINFORCED> {
  return { map: reinforcedMap, uniforms: () => ({ epsilon, factor: [1, ...factor] }) };
}

const movedTerms: TermsDefinition<typeof MOVED> = {
  name: "merge/moved",
  terms: (inputs) => 2 * (inputs - 1),
  wgsl: movedWgsl,
  uniforms: MOVED,
  reference([base = new Float32Array(), ...others], out, { epsilon }) {
    const moves = movesOf(base, others, epsilon);
    const movers = moversOf(base.length, moves);
    for (const [place, moved] of moves.entries()) {
      const [alone, shared] = [out[2 * place], out[2 * place + 1]];
      for (let i = 0; i < movers.length; i++) {
        if (alone) alone[i] = moved[i] && movers[i] === 1 ? 1 : 0;
        if (shared) shared[i] = moved[i] && movers[i] !== 1 ? 1 : 0;
      }
    }
  },
  tiles(tiles, x, take, { epsilon }) {
    const { one, moves, many } = movesInTiles(tiles, x, epsilon);
    for (const [place, { moved }] of moves.entries()) {
      tiles.within(moved, one, moved);
      const counted = tiles.take();
      tiles.without(counted, moved, many);
      take(2 * place, counted);
      tiles.within(counted, moved, many);
      take(2 * place + 1, counted);
      tiles.release(counted);
    }
  },
};

const reinforcedMap: MapDefinition<typeof REINFORCED> = {
  name: "merge/reinforced",
  wgsl: reinforcedWgsl,
  uniforms: REINFORCED,
  reference([base = new Float32Array(), ...others], out, { epsilon, factor }) {
    const moves = movesOf(base, others, epsilon);
    const movers = moversOf(base.length, moves);
    out.fill(0);
    for (const [place, x] of others.entries()) {
      const by = fround(factor[place + 1] ?? 1);
      for (let i = 0; i < out.length; i++) {
        if (!moves[place]?.[i]) continue;
        const delta = fround((x[i] ?? 0) - (base[i] ?? 0));
        const among = movers[i] ?? 1;
        out[i] = (out[i] ?? 0) + fround(among > 1 ? delta / among : by * delta);
      }
    }
    for (let i = 0; i < out.length; i++) out[i] = (base[i] ?? 0) + (out[i] ?? 0);
  },
  tiles(tiles, x, { epsilon, factor }) {
    const { moves, movers, many } = movesInTiles(tiles, x, epsilon);
    const out = tiles.fill(0);
    for (const [place, { delta, moved }] of moves.entries()) {
      const shared = tiles.quotient(delta, movers);
      tiles.scale(delta, delta, factor[place + 1] ?? 1);
      tiles.select(delta, many, shared, delta);
      tiles.add(delta, out, delta);
      tiles.select(out, moved, delta, out);
      tiles.release(shared);
    }
    tiles.add(out, x[0] ?? tiles.take(), out);
    return out;
  },
};

/** Task vectors with a mask of what they move, how many move an element, and where those are more than one. */
function movesInTiles(tiles: Tiles, [base = tiles.take(), ...others]: readonly Register[], epsilon: number) {
  const [one, least, movers] = [tiles.fill(1), tiles.fill(epsilon), tiles.fill(0)];
  const size = tiles.take();
  const moves = others.map((x) => {
    const delta = tiles.difference(x, base);
    tiles.abs(size, delta);
    const moved = tiles.above(size, least);
    tiles.within(size, one, moved);
    tiles.add(movers, movers, size);
    return { delta, moved };
  });
  return { one, moves, movers, many: tiles.above(movers, one) };
}

/** Per model, 1 for the elements that it moves. */
function movesOf(base: Float32Array, others: readonly Float32Array[], epsilon: number): readonly Uint8Array[] {
  const least = fround(epsilon);
  return others.map((x) => Uint8Array.from(x, (value, i) => Number(Math.abs(fround(value - (base[i] ?? 0))) > least)));
}

/** How many models move each element. */
function moversOf(count: number, moves: readonly Uint8Array[]): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => moves.reduce((sum, moved) => sum + (moved[i] ?? 0), 0));
}
