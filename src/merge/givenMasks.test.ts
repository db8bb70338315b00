import { describe, expect, it, vi } from "vitest";
import { openCpuDevice } from "../compute/devices/cpu";
import { mergedValues } from "./merge.testing";
import { expectClose } from "./proofs/oracles.testing";
import { base, tuned } from "./proofs/vectors.testing";

/*
 * Of the methods that draw masks the numbers of mergekit can only be compared with its masks: the draws of its generator on a CPU take the
 * place of ours, one stream over the models A, B and C.
 */
vi.mock("../compute/kernels/common/random", async (original) => {
  const real = await original<typeof import("../compute/kernels/common/random")>();
  const stream = mersenneTwister(99);
  const words = Array.from({ length: 3 * 8 }, () => stream());
  return {
    ...real,
    randomKey: (_seed: number, model: string) => [["A", "B", "C"].indexOf(model), 0] as const,
    // mergekit keeps an element where the lower 24 bits are below the density.
    randomWords([model]: readonly [number, number], start: number, out: Uint32Array) {
      for (let i = 0; i < out.length; i++) out[i] = ((words[8 * model + start + i] ?? 0) & 0xff_ffff) << 8;
    },
  };
});

/** MT19937 with its initialiser of 32 bits. */
function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(624);
  state[0] = seed;
  for (let i = 1; i < 624; i++) {
    const before = state[i - 1] ?? 0;
    state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
  }
  let at = 624;
  return () => {
    if (at === 624) {
      for (let i = 0; i < 624; i++) {
        const y = ((state[i] ?? 0) & 0x8000_0000) | ((state[(i + 1) % 624] ?? 0) & 0x7fff_ffff);
        state[i] = (state[(i + 397) % 624] ?? 0) ^ (y >>> 1) ^ (y & 1 ? 0x9908_b0df : 0);
      }
      at = 0;
    }
    let y = state[at++] ?? 0;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c_5680;
    y ^= (y << 15) & 0xefc6_0000;
    return (y ^ (y >>> 18)) >>> 0;
  };
}

const withDraws = (density: number, epsilon?: number) =>
  tuned.map(({ model, parameters }) => ({
    model,
    parameters: { ...parameters, density, ...(epsilon === undefined ? {} : { epsilon }) },
  }));

describe("values that mergekit gives with its masks of seed 99", () => {
  const device = openCpuDevice({ reason: "A test asks for it." });

  it("come from its generator", () => {
    const stream = mersenneTwister(99);
    expect([stream(), stream(), stream()]).toEqual([2887414401, 3103284259, 2096280761]);
  });

  it.each([
    {
      name: "dare_linear, density 0.75",
      recipe: { method: "dare_linear", models: [...withDraws(0.75), base] },
      expected: [0.6658946, -1.086538, 0.1883721, 1.920013, -0.3061404, 1.407558, 0.141619, 0.9883685],
    },
    {
      name: "dare_ties, density 0.75",
      recipe: { method: "dare_ties", models: [...withDraws(0.75), base] },
      expected: [0.6658946, -1.086538, 0.1883721, 1.876744, -0.3061404, 1.407558, 0.141619, 0.9883685],
    },
    {
      name: "della_linear, density 0.5, epsilon 0.2",
      recipe: { method: "della_linear", models: [...withDraws(0.5, 0.2), base] },
      expected: [0.6350806, -1, 0.25, 1.907893, -0.2425641, 1.392568, 0.159108, 1.043438],
    },
    {
      name: "della, density 0.5, epsilon 0.2",
      recipe: { method: "della", models: [...withDraws(0.5, 0.2), base] },
      expected: [0.7701613, -1, 0.25, 1.641892, -0.3271368, 1.231419, 0.1767867, 1.335548],
    },
  ])("$name", async ({ recipe, expected }) => {
    expectClose(await mergedValues(device, recipe), expected, 1e-6);
  });
});
