/** The kernels of `assembly/`, WebAssembly in base 64: see `scripts/assembly.ts`. */
declare module "virtual:assembly/plain" {
  /** For every engine with SIMD and threads. */
  export const code: string;
}

declare module "virtual:assembly/relaxed" {
  /** With relaxed SIMD, in products alone. */
  export const code: string;
}
