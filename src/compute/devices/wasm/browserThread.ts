import type { StartThread } from "./threads";

/** Starts a thread in a browser: a worker that needs a page which is isolated from other origins. */
export const startBrowserThread: StartThread = (start, died) => {
  const worker = new Worker(new URL("./thread.worker.ts", import.meta.url), { type: "module" });
  worker.addEventListener("error", (event) => died(event.message || "a worker failed"));
  worker.postMessage(start);
  return { terminate: () => worker.terminate() };
};
