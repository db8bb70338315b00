import { describe, expect, it } from "vitest";
import { ascending, quantile } from "./quantiles";

describe("quantile", () => {
  it("lies on the line between its neighbours", () => {
    const sorted = ascending([40, 10, 30, 20]);
    expect([0, 0.5, 0.9, 1].map((fraction) => quantile(sorted, fraction))).toEqual([10, 25, 37, 40]);
  });

  it("is the only value of one, and no number of none", () => {
    expect(quantile([7], 0.99)).toBe(7);
    expect(quantile([], 0.5)).toBeNaN();
  });

  it("does not make NaN between infinities", () => {
    expect(quantile([0, Infinity, Infinity], 0.9)).toBe(Infinity);
  });
});
