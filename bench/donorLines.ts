/** Aligning two tables of random numbers, in seconds by step. */
export interface DonorBench {
  readonly device: string;
  readonly anchors: number;
  readonly widths: readonly [base: number, donor: number];
  readonly covariance: number;
  /** The polar factor alone, and with the singular values. */
  readonly rotation: number;
  readonly rotationAndSpectrum: number;
  /** All of it: covariance, both fits, projection of every pair. */
  readonly whole: number;
  /** 8,000 rows projected and blended. */
  readonly blending: number;
  /** Of R, in f64: the largest element of |RᵀR − I|; and how far tr(RᵀM) is from NumPy's ΣΣ, relative. */
  readonly deviation: number;
  readonly objective?: number;
  readonly peakProcessBytes: number;
  readonly peakDeviceBytes: number;
  /** NumPy on a matrix of that shape, where there is one: LAPACK's singular value decomposition, and a product of as many rows. */
  readonly numpy?: {
    readonly version: string;
    readonly svd64: number;
    readonly svd32: number;
    readonly covariance32: number;
  };
}

/** A line for each step. */
export function donorLines({ device, anchors, widths, numpy, ...found }: DonorBench): string {
  const seconds = (value: number | undefined) => (value === undefined ? "–" : `${value.toFixed(1)} s`);
  return [
    `${anchors} anchors, ${widths[1]} → ${widths[0]}, on ${device}${numpy ? `, beside NumPy ${numpy.version}` : ""}`,
    `  covariance            ${seconds(found.covariance)}   NumPy, f32: ${seconds(numpy?.covariance32)}`,
    `  rotation              ${seconds(found.rotation)}   LAPACK's SVD, f64: ${seconds(numpy?.svd64)}, f32: ${seconds(numpy?.svd32)}`,
    `  rotation and spectrum ${seconds(found.rotationAndSpectrum)}`,
    `  whole alignment       ${seconds(found.whole)}`,
    `  blending 8000 rows    ${seconds(found.blending)}`,
    `  max|RᵀR − I| ${found.deviation.toExponential(1)}, process ${(found.peakProcessBytes / 1e6).toFixed(0)} MB, device ${(found.peakDeviceBytes / 1e6).toFixed(0)} MB`,
  ].join("\n");
}
