/** `i32x4.relaxed_…` in a module of one function: whether an engine takes it tells whether it knows relaxed SIMD. */
const RELAXED = Uint8Array.of(
  ...[
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15,
  ],
  ...[253, 128, 2, 11],
);

let compiled: Promise<WebAssembly.Module> | undefined;

/** The kernels, compiled once. Rejects where the engine has no SIMD or no shared memory. */
export function kernelsModule(): Promise<WebAssembly.Module> {
  compiled ??= compile();
  return compiled;
}

async function compile(): Promise<WebAssembly.Module> {
  const { plain, relaxed } = await import("virtual:assembly");
  const text = WebAssembly.validate(RELAXED) ? relaxed : plain;
  return WebAssembly.compile(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
}
