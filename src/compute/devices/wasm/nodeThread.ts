import { Worker } from "node:worker_threads";
import { serveThread } from "./thread";
import type { StartThread } from "./threads";

/**
 * All of a thread's program: a file of its own would have to be found wherever the command line was built to. It runs as a module or as a
 * script: Node's own flags decide.
 */
const PROGRAM = `(${serveThread.toString()})(process.getBuiltinModule("node:worker_threads").workerData);`;

/** Starts a thread in Node. It does not keep the process alive. */
export const startNodeThread: StartThread = (start, died) => {
  const worker = new Worker(PROGRAM, { eval: true, workerData: start });
  worker.unref();
  let ending = false;
  worker.on("error", (error) => died(error.message));
  worker.on("exit", (code) => {
    if (!ending) died(`a thread ended with code ${code}`);
  });
  return {
    terminate() {
      ending = true;
      void worker.terminate();
    },
  };
};
