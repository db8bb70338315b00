import type { Floats } from "../../base/bytes";
import type { RopeSpec } from "../../model/forward/rope";

/**
 * Cosines and sines of all angles up to a position: f32 [positions, rotary/2, (cos, sin)], made in f64 and rounded once. An
 * attention factor (YaRN, LongRoPE) multiplies both.
 * @param longest positions of the longest text; LongRoPE turns otherwise once that is more than the model was made for
 */
export function ropeTable(spec: RopeSpec, positions: number, longest = positions): Floats {
  const frequencies = ropeFrequencies(spec, longest);
  const { scaling } = spec;
  const factor = "attentionFactor" in scaling ? scaling.attentionFactor : 1;
  const table = new Float32Array(positions * frequencies.length * 2);
  let at = 0;
  for (let position = 0; position < positions; position++) {
    for (const frequency of frequencies) {
      const angle = position * frequency;
      table[at++] = factor * Math.cos(angle);
      table[at++] = factor * Math.sin(angle);
    }
  }
  return table;
}

/** Radians per position of each pair of dimensions. Sources: see `rope.ts`. */
export function ropeFrequencies(spec: RopeSpec, longest: number): readonly number[] {
  const { rotary, theta, scaling } = spec;
  const plain = Array.from({ length: rotary / 2 }, (_, i) => theta ** ((-2 * i) / rotary));
  switch (scaling.type) {
    case "default":
      return plain;
    case "linear":
      return plain.map((frequency) => frequency / scaling.factor);
    case "llama3":
      return plain.map((frequency) => {
        // Turns within the original length: many stay, few are slowed down, between them is a ramp.
        const turns = (scaling.originalPositions * frequency) / (2 * Math.PI);
        const { lowFrequencyFactor: low, highFrequencyFactor: high, factor } = scaling;
        return mix(frequency / factor, frequency, clamp((turns - low) / (high - low)));
      });
    case "yarn": {
      const border = (turns: number) =>
        (rotary * Math.log(scaling.originalPositions / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
      const [fast, slow] = [border(scaling.betaFast), border(scaling.betaSlow)];
      const low = Math.max(scaling.truncate ? Math.floor(fast) : fast, 0);
      const high = Math.min(scaling.truncate ? Math.ceil(slow) : slow, rotary - 1);
      const width = high === low ? 0.001 : high - low;
      return plain.map((frequency, i) => mix(frequency, frequency / scaling.factor, clamp((i - low) / width)));
    }
    case "longrope": {
      const factors = longest > scaling.originalPositions ? scaling.longFactors : scaling.shortFactors;
      return plain.map((frequency, i) => frequency / (factors[i] ?? 1));
    }
  }
}

function mix(a: number, b: number, t: number): number {
  return (1 - t) * a + t * b;
}

function clamp(t: number): number {
  return Math.min(Math.max(t, 0), 1);
}
