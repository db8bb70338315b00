import type { Random } from "../random";

const NOTABLE = [0, 1, 0x7f, 0x80, 0xff, 0x22, 0x2c, 0x30, 0x39, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d];

/** Bytes with one to a few changes: bits flipped, bytes set, put in, cut out, cut off, digits replaced. */
export function mutateBytes(random: Random, bytes: Uint8Array): Uint8Array {
  let changed = bytes;
  for (let left = 1 + random.few(5); left > 0; left--) changed = mutateOnce(random, changed);
  return changed;
}

function mutateOnce(random: Random, bytes: Uint8Array): Uint8Array {
  // Half of the changes go where the length and the header's first names are.
  const at = random.below(random.oneIn(2) ? Math.min(bytes.length + 1, 400) : bytes.length + 1);
  const copy = Uint8Array.from(bytes);
  switch (random.below(8)) {
    case 0:
      if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
      return copy;
    case 1:
      if (at < copy.length) copy[at] = random.pick(NOTABLE);
      return copy;
    case 2:
      if (at < copy.length) copy[at] = 0x30 + random.below(10);
      return copy;
    case 3:
      return spliced(bytes, at, 1 + random.below(9), new Uint8Array());
    case 4:
      return spliced(bytes, at, 0, Uint8Array.from([random.oneIn(2) ? random.pick(NOTABLE) : random.below(256)]));
    case 5:
      return spliced(bytes, at, 0, bytes.slice(at, at + random.below(64)));
    case 6:
      return bytes.slice(0, at);
    default: {
      const from = random.below(bytes.length);
      return spliced(bytes, at, random.below(8), bytes.slice(from, from + random.below(32)));
    }
  }
}

function spliced(bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array {
  const end = Math.min(bytes.length, at + remove);
  const result = new Uint8Array(bytes.length - (end - at) + insert.length);
  result.set(bytes.subarray(0, at));
  result.set(insert, at);
  result.set(bytes.subarray(end), at + insert.length);
  return result;
}
