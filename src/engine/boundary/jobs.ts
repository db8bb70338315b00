import { AwaseError } from "../../base/errors";
import type { JobId } from "../protocol/protocol";

/** Work in progress that can be cancelled by its id. */
export interface Jobs {
  /**
   * Runs `work` with a signal that `cancel(id)` fires.
   * @throws {AwaseError} `job/running` when a job of this id is at work already
   */
  run<T>(id: JobId, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Fires the job's signal. A job that has ended, or never was, is left in peace: a cancel may come too late. */
  cancel(id: JobId): void;
  has(id: JobId): boolean;
}

export function createJobs(): Jobs {
  const running = new Map<JobId, AbortController>();
  return {
    async run(id, work) {
      if (running.has(id)) {
        throw new AwaseError("job/running", `Job ${id} is running already. Wait for it, or cancel it first.`, {
          facts: { job: id },
        });
      }
      const controller = new AbortController();
      running.set(id, controller);
      try {
        return await work(controller.signal);
      } finally {
        running.delete(id);
      }
    },
    cancel: (id) => running.get(id)?.abort(new DOMException("The job was cancelled.", "AbortError")),
    has: (id) => running.has(id),
  };
}
