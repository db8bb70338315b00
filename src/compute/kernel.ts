import type { Bytes, DeviceBytes } from "../base/bytes";
import type { Job } from "./fast";

/** One number, or one number per input of the kernel (`[]`). WGSL sees `u.name`, or `u.name_0`, `u.name_1` … for lists. */
export type UniformType = "u32" | "f32" | "u32[]" | "f32[]";

type UniformValue<T extends UniformType> = T extends `${string}[]` ? readonly number[] : number;

export type UniformValues<L extends Record<string, UniformType>> = { readonly [K in keyof L]: UniformValue<L[K]> };

/** Uniform values of a kernel whose layout is only known at run time. */
export type Numbers = Readonly<Record<string, number | readonly number[]>>;

/**
 * A compute shader and its truth: one object for one specialisation, made once and kept by whoever makes it, because devices know
 * what they compiled by the object. `wgsl` is a whole module: entry point `main`, storage buffers at
 * `@group(0) @binding(0…)` in the order of `buffers`, the uniform struct `u` at the binding after the last.
 */
export interface Kernel<U = unknown> {
  /** Tells people which kernel and which specialisation, e.g. `merge/linear 3×BF16→F32`. */
  readonly name: string;
  readonly wgsl: string;
  /** Access of each storage buffer. */
  readonly buffers: readonly ("read" | "read_write")[];
  /** Packs uniform values as the WGSL struct lays them out. */
  packUniforms(values: U): Bytes;
  /**
   * The same arithmetic in TypeScript, every operation rounded to f32: oracle in tests, and the CPU device.
   * Buffers are the raw bytes the shader would see.
   */
  reference(buffers: readonly DeviceBytes[], values: U, groups: number): void;
  /**
   * The same for the threads of the WebAssembly device; `buffers` are addresses. Absent, or undefined for these values: the reference
   * runs there.
   */
  fast?(buffers: readonly number[], values: U): Job | undefined;
}

/** A kernel made ready by a device's `prepare`, for that device's `run`. */
export interface Prepared<U = unknown> {
  readonly kernel: Kernel<U>;
}
