/** Numbers that may be missing at the foot of a stack. */
const MAX_GAP = 64;

/**
 * How deep a stack is whose tensors carry these layer numbers: one more than the highest, as long as about half of the numbers
 * below it are there. A number far beyond all others (`layers.99999999`) is no layer: work over layers stays in proportion
 * to the tensors that exist.
 */
export function layersHeld(numbers: Iterable<number>): number {
  let depth = 0;
  let below = 0;
  for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
    if (number > 2 * below + MAX_GAP) break;
    depth = number + 1;
    below++;
  }
  return depth;
}
