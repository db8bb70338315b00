import consensusWgsl from "../../shaders/merge/taskConsensus.wgsl?raw";
import lengthsWgsl from "../../shaders/merge/taskLengths.wgsl?raw";
import magnitudesWgsl from "../../shaders/merge/taskMagnitudes.wgsl?raw";
import sumWgsl from "../../shaders/merge/taskSum.wgsl?raw";
import type { Numbers, UniformValues } from "../compute/kernel";
import type { MapDefinition } from "../compute/map";
import type { TermsDefinition } from "../compute/terms";
import type { Sparsifier } from "./sparsify/sparsifier";

const { fround } = Math;

const TASK = { weight: "f32[]", rescale: "f32[]", lambda: "f32", normalize: "u32", divisor: "f32" } as const;
type TaskValues = UniformValues<typeof TASK>;

/** Kernels know at which place the base stands among the inputs: one definition for each place, kept. */
function perBase<T>(make: (base: number) => T): (base: number) => T {
  const made = new Map<number, T>();
  return (base) => {
    const known = made.get(base) ?? make(base);
    made.set(base, known);
    return known;
  };
}

const withBase = (wgsl: string, base: number): string => wgsl.replaceAll("BASE", String(base));

/** `|xᵢ − b|` of every input but the base. */
export const taskMagnitudes = perBase(
  (base): TermsDefinition => ({
    name: `merge/task-magnitudes base ${base}`,
    terms: (inputs) => inputs - 1,
    wgsl: withBase(magnitudesWgsl, base),
    uniforms: {},
    reference(x, out) {
      others(x, base).forEach((k, term) => {
        const magnitudes = out[term] ?? new Float32Array();
        const [from, to] = [x[base] ?? magnitudes, x[k] ?? magnitudes];
        for (let i = 0; i < magnitudes.length; i++) magnitudes[i] = Math.abs((to[i] ?? 0) - (from[i] ?? 0));
      });
    },
  }),
);

/** `|δᵢ|` and `|S(δᵢ)|`, one after the other, of every input but the base. */
export const taskLengths = (sparsifier: Sparsifier) =>
  perBase(
    (base): TermsDefinition => ({
      name: `merge/task-lengths ${sparsifier.name} base ${base}`,
      terms: (inputs) => 2 * (inputs - 1),
      wgsl: `${sparsifier.wgsl}\n${withBase(lengthsWgsl, base)}`,
      imports: sparsifier.imports,
      uniforms: sparsifier.uniforms,
      reference(x, out, values: Numbers, start) {
        others(x, base).forEach((k, place) => {
          const delta = difference(x, k, base);
          out[2 * place]?.set(delta.map(Math.abs));
          sparsifier.drop(delta, k, values, start);
          out[2 * place + 1]?.set(delta.map(Math.abs));
        });
      },
    }),
  );

/** `b + λ·mix`, with mix the sum, or the sum of those that agree in sign, of `wᵢ·rescaleᵢ·S(δᵢ)`. */
export const taskMap = (sparsifier: Sparsifier, consensus: boolean) =>
  perBase(
    (base): MapDefinition<typeof TASK> => ({
      name: `merge/task-${consensus ? "consensus" : "sum"} ${sparsifier.name} base ${base}`,
      wgsl: `${sparsifier.wgsl}\n${withBase(consensus ? consensusWgsl : sumWgsl, base)}`,
      imports: sparsifier.imports,
      uniforms: { ...TASK, ...sparsifier.uniforms },
      reference(x, out, values, start) {
        const voters = others(x, base).map((k) => {
          const weight = fround(values.weight[k] ?? 0);
          const rescale = fround(values.rescale[k] ?? 1);
          const y = difference(x, k, base);
          sparsifier.drop(y, k, values, start);
          for (let i = 0; i < y.length; i++) y[i] = weight * fround(rescale * (y[i] ?? 0));
          return { weight, y };
        });
        if (consensus) mixAgreeing(voters, out, values);
        else mixAll(voters, out, values);
        const lambda = fround(values.lambda);
        for (let i = 0; i < out.length; i++) out[i] = (x[base]?.[i] ?? 0) + fround(lambda * (out[i] ?? 0));
      },
    }),
  );

/** A weighted task vector. */
interface Voter {
  readonly weight: number;
  readonly y: Float32Array;
}

function others(x: readonly Float32Array[], base: number): readonly number[] {
  return [...x.keys()].filter((k) => k !== base);
}

function difference(x: readonly Float32Array[], k: number, base: number): Float32Array<ArrayBuffer> {
  const delta = new Float32Array(x[k] ?? []);
  for (let i = 0; i < delta.length; i++) delta[i] = (delta[i] ?? 0) - (x[base]?.[i] ?? 0);
  return delta;
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
