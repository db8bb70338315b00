import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  exactDivergence,
  type PositionDivergence,
  summariseDivergence,
  summariseTopDivergence,
  topDivergence,
  topRow,
} from "./divergence";

const p = [0.5, 0.2, 0.1, 0.1, 0.06, 0.04].map(Math.log);
const q = [0.3, 0.1, 0.3, 0.1, 0.15, 0.05].map(Math.log);

/** The row of p that keeps the tokens `ids`, as `topRow` would if these were its likeliest. */
function keeping(ids: readonly number[]) {
  const others = p.filter((_, id) => !ids.includes(id));
  const rest = others.reduce((total, value) => total + Math.exp(value), 0);
  return { ids, logProbabilities: ids.map((id) => p[id] ?? Number.NaN), rest, least: Math.min(...p) };
}

describe("exactDivergence", () => {
  it("is both directions, whatever is added to the logits", () => {
    for (const shift of [0, 7, -3000]) {
      const { forward, backward, sameTop } = exactDivergence(
        p.map((value) => value + shift),
        q.map((value) => value - shift),
      );
      expect(forward).toBeCloseTo(0.22027783, 8);
      expect(backward).toBeCloseTo(0.25562207, 8);
      expect(sameTop).toBe(true);
    }
  });

  it("is nothing between a row and itself", () => {
    expect(exactDivergence(q, q)).toEqual({ forward: 0, backward: 0, sameTop: true });
  });

  it("takes the lowest id among equal ones for the top", () => {
    expect(exactDivergence([1, 1, 0], [0, 1, 0]).sameTop).toBe(false);
    expect(exactDivergence([1, 1, 0], [2, 2, 2]).sameTop).toBe(true);
  });

  it("lets a token that one rules out cost nothing in that direction, and everything in the other", () => {
    const { forward, backward } = exactDivergence([0, Number.NEGATIVE_INFINITY], [0, 0]);
    expect(forward).toBeCloseTo(Math.LN2, 12);
    expect(backward).toBe(Number.POSITIVE_INFINITY);
  });

  it("is not a number where a logit is none", () => {
    expect(exactDivergence([0, Number.NaN], [0, 0]).forward).toBeNaN();
    expect(exactDivergence([0, 0], [0, Number.POSITIVE_INFINITY]).forward).toBeNaN();
  });
});

describe("topDivergence", () => {
  it("puts all but the base's likeliest into one bucket", () => {
    const { forward, backward, restMass } = topDivergence(keeping([0, 1]), q);
    expect(forward).toBeCloseTo(0.18609809, 8);
    expect(backward).toBeCloseTo(0.1933259, 8);
    expect(restMass).toBeCloseTo(0.3, 12);
  });

  it("bounds what the bucket hides", () => {
    const { forward, backward, bound } = topDivergence(keeping([0, 1, 2]), q);
    expect(forward).toBeCloseTo(0.203088, 8);
    expect(backward).toBeCloseTo(0.22866081, 8);
    expect(bound).toBeCloseTo(0.2473, 5);
  });

  it("is exact when nothing is left out", () => {
    const { forward, backward, restMass, bound } = topDivergence(keeping([0, 1, 2, 3, 4, 5]), q);
    expect([forward, backward]).toEqual([expect.closeTo(0.22027783, 8), expect.closeTo(0.25562207, 8)]);
    expect([restMass, bound]).toEqual([0, 0]);
  });

  it("never exceeds the exact value, and misses it by no more than the bound", () => {
    const row = fc.array(fc.double({ min: -12, max: 12, noNaN: true }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(row, row, fc.integer({ min: 1, max: 12 }), (a, b, k) => {
        const [base, merged] = [Float32Array.from(a), Float32Array.from(b)];
        const exact = exactDivergence(base, merged);
        const top = topDivergence(topRow(base, k), merged);
        expect(top.forward).toBeLessThanOrEqual(exact.forward + 1e-12);
        expect(top.backward).toBeLessThanOrEqual(exact.backward + 1e-12);
        const missed = (exact.forward + exact.backward - top.forward - top.backward) / 2;
        expect(missed).toBeLessThanOrEqual(top.bound + 1e-12);
        expect(top.sameTop).toBe(exact.sameTop);
      }),
    );
  });
});

describe("topRow", () => {
  it("keeps the likeliest, the lowest id among equals, most likely first", () => {
    const { ids, logProbabilities, rest, least } = topRow(Float32Array.of(1, 3, 2, 3, 2, 0), 3);
    expect(ids).toEqual([1, 3, 2]);
    const sum = [1, 3, 2, 3, 2, 0].reduce((total, value) => total + Math.exp(value), 0);
    expect(logProbabilities[0]).toBeCloseTo(3 - Math.log(sum), 12);
    expect(rest).toBeCloseTo((Math.E + Math.exp(2) + 1) / sum, 12);
    expect(least).toBeCloseTo(-Math.log(sum), 12);
  });

  it("keeps everything of a small vocabulary", () => {
    expect(topRow(Float32Array.of(0, 1), 64)).toMatchObject({ ids: [1, 0], rest: 0 });
  });

  it("knows a rest too small for 1 minus the others", () => {
    expect(topRow(Float32Array.of(50, 0, 0), 1).rest).toBeCloseTo(2 * Math.exp(-50), 30);
  });
});

describe("summariseDivergence", () => {
  const reading = (forward: number, backward = forward, sameTop = true): PositionDivergence => ({
    forward,
    backward,
    sameTop,
  });

  it("takes means over positions, and per prompt", () => {
    const summary = summariseDivergence([[reading(1, 3), reading(2, 2)], [reading(0, 0, false)], []]);
    expect(summary).toMatchObject({ symmetric: 4 / 3, forward: 1, backward: 5 / 3, sameTop: 2 / 3, max: 2 });
    expect(summary.perPrompt).toEqual([2, 0, Number.NaN]);
    expect(summary.positions).toBe(3);
    expect(summary.quantiles).toMatchObject({ median: 1, q90: 1.8, q95: 1.9 });
    // Prompts of 2 and 1 positions with sums 4 and 0: residuals 4/3 and -4/3.
    expect(summary.standardError).toBeCloseTo(Math.sqrt(2 * 2 * (4 / 3) ** 2) / 3, 12);
  });

  it("says what top-K rows left out", () => {
    const top = (restMass: number, bound: number) => ({ ...reading(1), restMass, bound });
    expect(summariseTopDivergence([[top(0.1, 0.4), top(0.3, 0.2)]], 64).mode).toEqual({
      kind: "top-k",
      k: 64,
      restMass: 0.2,
      bound: expect.closeTo(0.3, 12),
    });
  });
});
