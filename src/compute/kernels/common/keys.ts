/**
 * The key of a magnitude as `key_of` in `keys.wgsl` makes it: its f32 pattern without the sign; subnormals count as zero.
 */
export function keyBits(values: Float32Array): Uint32Array {
  const keys = new Uint32Array(values.buffer, values.byteOffset, values.length).slice();
  for (let i = 0; i < keys.length; i++) keys[i] = keyOf(keys[i] ?? 0);
  return keys;
}

/** The same for one pattern. */
export function keyOf(bits: number): number {
  const magnitude = bits & 0x7fff_ffff;
  return magnitude < 0x0080_0000 ? 0 : magnitude;
}

/** A cut index of the whole tensor as an index in a block, for the uniforms of a map over that block. */
export function cutWithin(cut: number, block: { readonly start: number; readonly count: number }): number {
  return Math.min(Math.max(cut - block.start, 0), block.count);
}
