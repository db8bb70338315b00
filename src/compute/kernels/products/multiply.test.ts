import { describe, expect, it } from "vitest";
import { normals } from "../../devices/devices.testing";
import { multiply } from "./multiply";

/** A product element by element, and by `multiply`. */
function both(m: number, n: number, k: number, { scale = 1, keep = false, biased = false } = {}) {
  const [x, w, y] = [normals(1, m * k), normals(2, n * k), normals(3, m * n)];
  const bias = biased ? normals(4, n) : undefined;
  const expected = Float32Array.from(y, (held, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let c = 0; c < k; c++) sum += (x[i * k + c] ?? 0) * (w[j * k + c] ?? 0);
    return (keep ? held : 0) + scale * sum + (bias?.[j] ?? 0);
  });
  multiply({ x, w, bias, y, m, n, k, scale, keep });
  return { y, expected };
}

describe("multiply", () => {
  it.each([1, 2, 3, 4, 5, 8, 11])("is the product of %i rows", (m) => {
    for (const n of [1, 2, 3, 10]) {
      for (const k of [1, 7, 32]) {
        const { y, expected } = both(m, n, k);
        expect(y).toEqual(expected);
      }
    }
  });

  it("goes through x in blocks when it does not fit the cache", () => {
    const { y, expected } = both(9, 3, 20_000);
    expect(y).toEqual(expected);
  });

  it("scales the product, adds the bias, and adds to what is there", () => {
    for (const m of [1, 6]) {
      const { y, expected } = both(m, 5, 12, { scale: -0.3, keep: true, biased: true });
      expect(y).toEqual(expected);
    }
  });
});
