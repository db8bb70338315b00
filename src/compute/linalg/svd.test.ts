import { describe, expect, it } from "vitest";
import { eigenvaluesOfSymmetric } from "./eigenvalues";
import { HARD_MATRICES, transposedProduct, unorthogonality } from "./linalg.testing";
import { svd } from "./svd";

describe.each(HARD_MATRICES)("the decomposition of a matrix $kind", ({ matrix }) => {
  const { u, sigma, v } = svd(matrix);
  const most = sigma[0] ?? 0;

  it("gives the matrix again", () => {
    const r = sigma.length;
    let worst = 0;
    for (let i = 0; i < matrix.rows; i++) {
      for (let j = 0; j < matrix.columns; j++) {
        let sum = 0;
        for (let k = 0; k < r; k++) sum += (u.data[i * r + k] ?? 0) * (sigma[k] ?? 0) * (v.data[j * r + k] ?? 0);
        worst = Math.max(worst, Math.abs(sum - (matrix.data[i * matrix.columns + j] ?? 0)));
      }
    }
    expect(worst).toBeLessThan(1e-12 * most);
  });

  it("has orthonormal directions, also where no singular value decides", () => {
    expect(unorthogonality(u)).toBeLessThan(1e-11);
    expect(unorthogonality(v)).toBeLessThan(1e-11);
  });

  it("has the roots of the Gram matrix's eigenvalues, in order", () => {
    const gram = transposedProduct(matrix, matrix);
    const eigenvalues = eigenvaluesOfSymmetric(gram.data, gram.rows);
    expect([...sigma]).toEqual([...sigma].sort((a, b) => b - a));
    for (const [at, value] of sigma.entries()) {
      expect(Math.abs(value * value - Math.max(0, eigenvalues[at] ?? 0))).toBeLessThan(1e-12 * most * most);
    }
  });
});

it("a matrix with NaN or Inf is refused", () => {
  expect(() => svd({ rows: 1, columns: 2, data: Float64Array.of(1, Number.NaN) })).toThrow(RangeError);
  expect(() => eigenvaluesOfSymmetric(Float64Array.of(Number.NaN), 1)).toThrow(RangeError);
});

it("eigenvalues of small and of diagonal matrices", () => {
  expect([...eigenvaluesOfSymmetric(Float64Array.of(), 0)]).toEqual([]);
  expect([...eigenvaluesOfSymmetric(Float64Array.of(-3), 1)]).toEqual([-3]);
  expect([...eigenvaluesOfSymmetric(Float64Array.of(1, 0, 0, 0, 5, 0, 0, 0, -2), 3)]).toEqual([5, 1, -2]);
  expect(
    [...eigenvaluesOfSymmetric(Float64Array.of(2, 1, 1, 2), 2)].map((value) => Math.round(value * 1e9) / 1e9),
  ).toEqual([3, 1]);
});
