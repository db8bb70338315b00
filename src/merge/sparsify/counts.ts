/** How many of so many elements a density keeps. */
export function keptOf(density: number, elements: number): number {
  if (density >= 1 || (density > 0 && elements === 1)) return elements;
  return Math.trunc(density * elements);
}

/** How many of the largest are looked at, and how many of those are dropped as outliers. */
export function rangeOf(
  { density, gamma }: { readonly density: number; readonly gamma: number },
  count: number,
): { readonly largest: number; readonly outliers: number } {
  if (density >= 1) return { largest: count, outliers: 0 };
  const kept = Math.trunc(density * count);
  const top = Math.trunc(gamma * count);
  const bottom = count - kept - top;
  const outliers = bottom < 0 ? top + bottom : top;
  return outliers <= 0 ? { largest: 0, outliers: 0 } : { largest: count - Math.max(0, bottom), outliers };
}
