/**
 * The value below which `fraction` of the sorted values lie, on the straight line between its two neighbours; what
 * llama.cpp's percentiles and NumPy's default are. NaN of nothing.
 */
export function quantile(sorted: ArrayLike<number>, fraction: number): number {
  const at = Math.min(Math.max(fraction, 0), 1) * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below === above ? below : below + (at - Math.floor(at)) * (above - below);
}

/** Numbers in ascending order, as f64; NaN at the end. */
export function ascending(values: Iterable<number>): Float64Array {
  return Float64Array.from(values).sort();
}
