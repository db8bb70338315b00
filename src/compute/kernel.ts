/** One number, or one number per input of the kernel (`[]`). WGSL sees `u.name`, or the function `name(k)` for lists. */
export type UniformType = "u32" | "f32" | "u32[]" | "f32[]";

export type UniformValues<L extends Record<string, UniformType>> = {
  readonly [K in keyof L]: L[K] extends `${string}[]` ? readonly number[] : number;
};

/**
 * A compute shader and its truth. `wgsl` is a whole module: entry point `main`, storage buffers at
 * `@group(0) @binding(0…)` in the order of `buffers`, the uniform struct `u` at the binding after the last.
 */
export interface Kernel<U = unknown> {
  /** Unique with its specialisation, e.g. `merge/linear 3×BF16→F32`: pipelines are remembered by it. */
  readonly name: string;
  readonly wgsl: string;
  /** Access of each storage buffer. */
  readonly buffers: readonly ("read" | "read_write")[];
  /** Packs uniform values as the WGSL struct lays them out. */
  packUniforms(values: U): Uint8Array<ArrayBuffer>;
  /**
   * The same arithmetic in TypeScript, every operation rounded to f32: oracle in tests, and the CPU device.
   * Buffers are the raw bytes the shader would see.
   */
  reference(buffers: readonly Uint8Array<ArrayBuffer>[], values: U, groups: number): void;
}
