import { describe, expect, it } from "vitest";
import type { Device } from "../device";
import { HARD_MATRICES, transposedProduct, unorthogonality } from "./linalg.testing";
import type { Matrix } from "./matrix";
import { polar } from "./polar";
import { productOf } from "./product";
import { svd } from "./svd";

/** How the polar factor must be, on any device. */
export function polarCases(device: () => Device): void {
  describe.each(HARD_MATRICES)("the polar factor of a matrix $kind", ({ matrix }) => {
    it("is orthogonal, and as good as the one in f64", async () => {
      const { factor, deviation } = await polar(device(), matrix);
      expect(unorthogonality(factor)).toBeLessThan(1e-5);
      expect(deviation).toBeLessThan(1e-5);
      const best = svd(matrix).sigma.reduce((sum, value) => sum + value, 0);
      const got = trace(transposedProduct(factor, matrix));
      expect(Math.abs(got - best)).toBeLessThan(1e-5 * best);
    });
  });

  it("products of matrices that are cut into stripes are those of whole ones", async () => {
    const [a, b] = [HARD_MATRICES[0], HARD_MATRICES[5]].map((hard) => narrowed(hard?.matrix));
    if (!a || !b) throw new TypeError("There are matrices to multiply.");
    for (const [x, y] of [
      [a, b],
      [a, a],
    ] as const) {
      const got = await productOf(device(), x, y);
      let worst = 0;
      for (let i = 0; i < x.rows; i++) {
        for (let j = 0; j < y.rows; j++) {
          let sum = 0;
          for (let k = 0; k < x.columns; k++)
            sum += (x.data[i * x.columns + k] ?? 0) * (y.data[j * y.columns + k] ?? 0);
          worst = Math.max(worst, Math.abs((got.data[i * y.rows + j] ?? 0) - sum));
        }
      }
      expect(worst).toBeLessThan(1e-4);
    }
  });

  it("what has no direction at all, NaN or Inf is refused", async () => {
    const of = (...data: number[]) => polar(device(), { rows: 1, columns: data.length, data: Float32Array.from(data) });
    await expect(of(0, 0)).rejects.toThrow(RangeError);
    await expect(of(1, Number.NaN)).rejects.toThrow(RangeError);
    await expect(of(1, Number.POSITIVE_INFINITY)).rejects.toThrow(RangeError);
  });
}

function narrowed(matrix: Matrix<Float64Array<ArrayBuffer>> | undefined): Matrix | undefined {
  return matrix && { ...matrix, data: Float32Array.from(matrix.data) };
}

function trace({ rows, columns, data }: Matrix<Float64Array<ArrayBuffer>>): number {
  let sum = 0;
  for (let i = 0; i < Math.min(rows, columns); i++) sum += data[i * columns + i] ?? 0;
  return sum;
}
