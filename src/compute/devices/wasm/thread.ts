import type { ThreadStart } from "./threads";

/** Serves until it is ended; an error is told to those who wait in the shared memory before it is thrown. */
export function serveThread({ module, memory, thread, failed, done }: ThreadStart): void {
  try {
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    (exports.begin as (thread: number) => void)(thread);
    (exports.serve as () => void)();
  } catch (error) {
    const controls = new Int32Array(memory.buffer);
    Atomics.store(controls, failed / 4, 1);
    Atomics.notify(controls, done / 4);
    throw error;
  }
}
