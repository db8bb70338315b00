import { describe, expect, it } from "vitest";
import { chooseToken, tokenUniforms } from "./sampling";

const logits = (...probabilities: readonly number[]) => Float32Array.from(probabilities, Math.log);

describe("chooseToken", () => {
  it("takes the largest logit, the lowest id among equals, when greedy", () => {
    expect(chooseToken(Float32Array.of(1, 3, 3, 2), { temperature: 0, topP: 1 }, 0.99)).toBe(1);
  });

  it("is not led astray by NaN", () => {
    expect(chooseToken(Float32Array.of(Number.NaN, -5, -4), { temperature: 0, topP: 1 }, 0)).toBe(2);
    expect(chooseToken(Float32Array.of(Number.NaN, Number.NaN), { temperature: 1, topP: 0.5 }, 0.5)).toBe(0);
  });

  it("divides [0, 1) by probability", () => {
    const drawn = [0, 0.19, 0.21, 0.69, 0.71, 0.999].map((uniform) =>
      chooseToken(logits(0.2, 0.5, 0.3), { temperature: 1, topP: 1 }, uniform),
    );
    expect(drawn).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it("keeps the fewest ids that add up to topP, likeliest first", () => {
    const at = (uniform: number) => chooseToken(logits(0.2, 0.5, 0.3), { temperature: 1, topP: 0.6 }, uniform);
    expect([0, 0.62, 0.63, 0.99].map(at)).toEqual([1, 1, 2, 2]);
    expect(chooseToken(logits(0.2, 0.5, 0.3), { temperature: 1, topP: 0.1 }, 0.99)).toBe(1);
  });

  it("sharpens with a low temperature, flattens with a high one", () => {
    const share = (temperature: number) => {
      const drawn = Array.from({ length: 100 }, (_, i) =>
        chooseToken(logits(0.6, 0.4), { temperature, topP: 1 }, i / 100),
      );
      return drawn.filter((id) => id === 0).length / 100;
    };
    expect(share(1)).toBeCloseTo(0.6, 1);
    expect(share(0.5)).toBeCloseTo(0.36 / 0.52, 1);
    expect(share(10)).toBeCloseTo(0.51, 1);
  });
});

describe("tokenUniforms", () => {
  it("depends on seed, sequence and token alone", () => {
    const draw = (seed: number, sequence: number) => [0, 1, 2].map(tokenUniforms(seed, sequence));
    expect(draw(1, 0)).toEqual(draw(1, 0));
    expect(new Set([...draw(1, 0), ...draw(2, 0), ...draw(1, 1)]).size).toBe(9);
    for (const uniform of draw(1, 0)) expect(uniform >= 0 && uniform < 1).toBe(true);
  });
});
