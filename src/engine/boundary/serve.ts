import { type ProxyMethods, releaseProxy } from "comlink";
import type { Engine, Watch } from "../protocol/engine";
import { type Call, isCall, type Wire } from "./calls";

/** The engine's end of the wire. */
export function serve(engine: Partial<Engine>): Wire {
  const jobs = new Map<string, AbortController>();
  return {
    ask: async (call, args) => named(engine, call)(...args),
    async work(job, call, args, onEvent) {
      const control = new AbortController();
      jobs.set(job, control);
      try {
        const watch: Watch<unknown> = { signal: control.signal, onEvent };
        return await named(engine, call)(...args, watch);
      } finally {
        jobs.delete(job);
        // The page's listener is a proxy with a port of its own, which stays open until it is let go of.
        (onEvent as typeof onEvent & Partial<ProxyMethods>)[releaseProxy]?.();
      }
    },
    /** A job that has ended is left in peace: a cancel may come too late. */
    cancel: async (job) => jobs.get(job)?.abort(new DOMException("The job was cancelled.", "AbortError")),
  };
}

/** The table says which arguments each call has; what the types know of them ends at the wire. */
function named(engine: Partial<Engine>, call: Call): (...args: readonly unknown[]) => Promise<unknown> {
  const found = isCall(call) ? engine[call] : undefined;
  if (!found) throw new TypeError(`The engine has no call "${call}".`);
  return found as (...args: readonly unknown[]) => Promise<unknown>;
}
