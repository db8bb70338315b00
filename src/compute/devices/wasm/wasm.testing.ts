import { openWasmDevice, type WasmDevice } from "./device";
import { startNodeThread } from "./nodeThread";

/** The WebAssembly device in Node, with so many threads. */
export function openTestWasm(
  threads = 2,
  options: { readonly budgetBytes?: number; readonly timed?: boolean } = {},
): Promise<WasmDevice> {
  return openWasmDevice({ reason: "A test asks for it.", count: threads, start: startNodeThread, ...options });
}
