import consensusWgsl from "../../../shaders/merge/arithmetic/taskConsensus.wgsl?raw";
import lengthsWgsl from "../../../shaders/merge/arithmetic/taskLengths.wgsl?raw";
import magnitudesWgsl from "../../../shaders/merge/arithmetic/taskMagnitudes.wgsl?raw";
import sumWgsl from "../../../shaders/merge/arithmetic/taskSum.wgsl?raw";
import type { Floats } from "../../base/bytes";
import type { Numbers, UniformValues } from "../../compute/kernel";
import type { MapDefinition } from "../../compute/kernels/map/map";
import type { TermsDefinition } from "../../compute/kernels/reduce/terms";
import type { SparsifierKernel } from "../sparsify/sparsifier";

const { fround } = Math;

const TASK = { weight: "f32[]", rescale: "f32[]", lambda: "f32", normalize: "u32", divisor: "f32" } as const;
type TaskValues = UniformValues<typeof TASK>;

/** A sparsifier as far as its kernels go. */
type Sparse = Omit<SparsifierKernel<never>, "choose">;

/** `|xᵢ − b|` of every input but the base, which is input 0. */
export const taskMagnitudes: TermsDefinition = {
  name: "merge/task-magnitudes",
  terms: (inputs) => inputs - 1,
  wgsl: magnitudesWgsl,
  uniforms: {},
  reference([base, ...others], out) {
    for (const [term, x] of others.entries()) magnitudes(difference(x, base), out[term]);
  },
  tiles(tiles, [base, ...others], take) {
    if (base === undefined) return;
    for (const [term, x] of others.entries()) {
      const delta = tiles.difference(x, base);
      tiles.abs(delta, delta);
      take(term, delta);
      tiles.release(delta);
    }
  },
};

/** `|δᵢ|` and `|S(δᵢ)|`, one after the other, of every input but the base. */
export const taskLengths = (sparsifier: Sparse): TermsDefinition => ({
  name: `merge/task-lengths ${sparsifier.name}`,
  terms: (inputs) => 2 * (inputs - 1),
  wgsl: `${sparsifier.wgsl}\n${lengthsWgsl}`,
  imports: sparsifier.imports,
  uniforms: sparsifier.uniforms,
  ...(sparsifier.fibres && { fibres: true }),
  reference([base, ...others], out, values: Numbers, start, ofFibre) {
    others.forEach((x, place) => {
      const delta = difference(x, base);
      magnitudes(delta, out[2 * place]);
      sparsifier.drop(delta, place + 1, values, start, ofFibre);
      magnitudes(delta, out[2 * place + 1]);
    });
  },
  ...(sparsifier.tiles && { tiles: lengthTiles(sparsifier.tiles) }),
});

/** `b + λ·mix`, with mix the sum, or the sum of those that agree in sign, of `wᵢ·rescaleᵢ·S(δᵢ)`. */
export const taskMap = (sparsifier: Sparse, consensus: boolean): MapDefinition<typeof TASK> => ({
  name: `merge/task-${consensus ? "consensus" : "sum"} ${sparsifier.name}`,
  wgsl: `${sparsifier.wgsl}\n${consensus ? consensusWgsl : sumWgsl}`,
  imports: sparsifier.imports,
  uniforms: { ...TASK, ...sparsifier.uniforms },
  ...(sparsifier.fibres && { fibres: true }),
  reference([base = new Float32Array(), ...others], out, values, start, ofFibre) {
    const voters = others.map((x, place) => {
      const weight = fround(values.weight[place + 1] ?? 0);
      const rescale = fround(values.rescale[place + 1] ?? 1);
      const y = difference(x, base);
      sparsifier.drop(y, place + 1, values, start, ofFibre);
      for (let i = 0; i < y.length; i++) y[i] = weight * fround(rescale * (y[i] ?? 0));
      return { weight, y };
    });
    if (consensus) mixAgreeing(voters, out, values);
    else mixAll(voters, out, values);
    const lambda = fround(values.lambda);
    for (let i = 0; i < out.length; i++) out[i] = (base[i] ?? 0) + fround(lambda * (out[i] ?? 0));
  },
  ...(sparsifier.tiles && { tiles: mixTiles(sparsifier.tiles, consensus) }),
});

/** A weighted task vector. */
interface Voter {
  readonly weight: number;
  readonly y: Float32Array;
}

function difference(x: Float32Array, base: Float32Array = NOTHING): Floats {
  const delta = new Float32Array(x.length);
  for (let i = 0; i < delta.length; i++) delta[i] = (x[i] ?? 0) - (base[i] ?? 0);
  return delta;
}

const NOTHING = new Float32Array();

function magnitudes(delta: Float32Array, out: Float32Array = NOTHING): void {
  for (let i = 0; i < out.length; i++) out[i] = Math.abs(delta[i] ?? 0);
}

/** `Σ yᵢ / divisor` */
function mixAll(voters: readonly Voter[], mix: Float32Array, { divisor }: TaskValues): void {
  mix.fill(0);
  for (const { y } of voters) for (let i = 0; i < mix.length; i++) mix[i] = (mix[i] ?? 0) + (y[i] ?? 0);
  if (divisor === 1) return;
  const by = fround(divisor);
  for (let i = 0; i < mix.length; i++) mix[i] = (mix[i] ?? 0) / by;
}

/** `Σ yᵢmᵢ / Σ wᵢmᵢ`, mᵢ saying whether yᵢ has the sign of Σ yᵢ. A sum of 0 counts as positive; a yᵢ of 0 agrees with nobody. */
function mixAgreeing(voters: readonly Voter[], mix: Float32Array, { normalize }: TaskValues): void {
  const votes = new Float32Array(mix.length);
  for (const { y } of voters) for (let i = 0; i < votes.length; i++) votes[i] = (votes[i] ?? 0) + (y[i] ?? 0);
  const share = new Float32Array(mix.length);
  mix.fill(0);
  for (const { weight, y } of voters) {
    for (let i = 0; i < mix.length; i++) {
      const vote = y[i] ?? 0;
      if ((votes[i] ?? 0) >= 0 ? vote > 0 : vote < 0) {
        mix[i] = (mix[i] ?? 0) + vote;
        share[i] = (share[i] ?? 0) + weight;
      }
    }
  }
  if (!normalize) return;
  for (let i = 0; i < mix.length; i++) if (share[i] !== 0) mix[i] = (mix[i] ?? 0) / (share[i] ?? 1);
}

type SparseTiles = NonNullable<Sparse["tiles"]>;

/** `taskLengths` as a program of tiles. */
function lengthTiles(sparse: SparseTiles): NonNullable<TermsDefinition["tiles"]> {
  return (tiles, [base, ...others], take, ...rest) => {
    if (base === undefined) return;
    const length = tiles.take();
    for (const [place, x] of others.entries()) {
      const delta = tiles.difference(x, base);
      tiles.abs(length, delta);
      take(2 * place, length);
      sparse(tiles, delta, place + 1, ...rest);
      tiles.abs(length, delta);
      take(2 * place + 1, length);
      tiles.release(delta);
    }
  };
}

/** `taskMap` as a program of tiles. */
function mixTiles(sparse: SparseTiles, consensus: boolean): NonNullable<MapDefinition<typeof TASK>["tiles"]> {
  return (tiles, [base, ...others], values, ...rest) => {
    if (base === undefined) return tiles.take();
    const votes = tiles.fill(0);
    const voters = others.map((x, place) => {
      const weight = values.weight[place + 1] ?? 0;
      const y = tiles.difference(x, base);
      sparse(tiles, y, place + 1, values, ...rest);
      tiles.scale(y, y, values.rescale[place + 1] ?? 1);
      tiles.scale(y, y, weight);
      tiles.add(votes, votes, y);
      if (!consensus) tiles.release(y);
      return { weight, y };
    });
    if (!consensus) {
      if (values.divisor !== 1) tiles.divide(votes, votes, values.divisor);
      tiles.addScaled(votes, base, values.lambda, votes);
      return votes;
    }
    const [mix, share] = [tiles.fill(0), tiles.fill(0)];
    for (const { weight, y } of voters) tiles.agree(mix, share, votes, y, weight);
    if (values.normalize) tiles.divideShares(mix, share);
    tiles.addScaled(mix, base, values.lambda, mix);
    return mix;
  };
}
