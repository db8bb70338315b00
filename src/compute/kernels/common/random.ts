/** Key of one stream of random words: low and high 32 bits. */
export type RandomKey = readonly [low: number, high: number];

/**
 * The key of the words for one model's tensor under a seed: FNV-1a, 64 bit, over the UTF-8 bytes of `seed`, `model` and `tensor`
 * joined by NUL, the seed in decimal. Part of what a published seed means: it never changes.
 */
export function randomKey(seed: number, model: string, tensor: string): RandomKey {
  let hash = 0xcbf2_9ce4_8422_2325n;
  for (const byte of new TextEncoder().encode(`${seed}\0${model}\0${tensor}`)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x0000_0100_0000_01b3n);
  }
  return [Number(hash & 0xffff_ffffn), Number(hash >> 32n)];
}

/**
 * The bound under which a random word keeps its element with probability `density`: keep iff word < density · 2³². A density of 1
 * keeps all but one word in 2³²; a caller that means everything does not ask.
 */
export function keepBound(density: number): number {
  return Math.min(Math.ceil(density * 2 ** 32), 2 ** 32 - 1);
}

/**
 * The words of elements start … start + out.length − 1 of a stream, as `random_words` in `random.wgsl` makes them:
 * word i % 4 of Philox-4x32-10 at counter i / 4.
 * @param start a multiple of 4
 */
export function randomWords(key: RandomKey, start: number, out: Uint32Array): void {
  const words = new Uint32Array(4);
  for (let at = 0; at < out.length; at += 4) {
    const counter = (start + at) / 4;
    philox(key, counter >>> 0, Math.floor(counter / 2 ** 32), 0, 0, words);
    if (at + 4 <= out.length) out.set(words, at);
    else out.set(words.subarray(0, out.length - at), at);
  }
}

/** Philox-4x32-10 (Salmon, Moraes, Dror, Shaw, SC 2011) of one counter, into `out`. */
export function philox(key: RandomKey, c0: number, c1: number, c2: number, c3: number, out: Uint32Array): void {
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd251_1f53, c0);
    const high1 = multiplyHigh(0xcd9e_8d57, c2);
    const low0 = Math.imul(0xd251_1f53, c0);
    const low1 = Math.imul(0xcd9e_8d57, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e37_79b9) | 0;
    k1 = (k1 + 0xbb67_ae85) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** Upper 32 bits of the 64-bit product of two u32 (given as any 32-bit number). */
function multiplyHigh(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const middle = ah * bl + ((al * bl) >>> 16);
  const other = al * bh + (middle & 0xffff);
  return (ah * bh + (middle >>> 16) + (other >>> 16)) | 0;
}
