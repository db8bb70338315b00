/** The kernels of `assembly/`, WebAssembly in base 64: see `scripts/assembly.ts`. */
declare module "virtual:assembly" {
  /** For every engine with SIMD and threads. */
  export const plain: string;
  /** With relaxed SIMD, in products alone. */
  export const relaxed: string;
}
