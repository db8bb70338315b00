/** `i32x4.relaxed_…` in a module of one function: whether an engine takes it tells whether it knows relaxed SIMD. */
const RELAXED = Uint8Array.of(
  ...[
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15,
  ],
  ...[253, 128, 2, 11],
);

/** A vector, and memory that is shared, in a module that does nothing. */
const PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123],
  ...[2, 16, 1, 3, 101, 110, 118, 6, 109, 101, 109, 111, 114, 121, 2, 3, 1, 1, 3, 2, 1, 0],
  ...[10, 8, 1, 6, 0, 65, 1, 253, 15, 11],
);

/** Tells whether the kernels would run, without loading them. @throws what the engine says: no SIMD, no shared memory, no WebAssembly by policy */
export function probe(): void {
  new WebAssembly.Module(PROBE);
  new WebAssembly.Memory({ initial: 0, maximum: 1, shared: true });
}

let compiled: Promise<WebAssembly.Module> | undefined;

/** The kernels, loaded and compiled once. */
export function kernelsModule(): Promise<WebAssembly.Module> {
  compiled ??= compile();
  return compiled;
}

async function compile(): Promise<WebAssembly.Module> {
  const relaxed = WebAssembly.validate(RELAXED);
  const { code } = relaxed ? await import("virtual:assembly/relaxed") : await import("virtual:assembly/plain");
  return WebAssembly.compile(Uint8Array.from(atob(code), (character) => character.charCodeAt(0)));
}
