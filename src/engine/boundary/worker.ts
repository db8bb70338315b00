import { expose, type ProxyMethods, releaseProxy } from "comlink";
import { browserEnvironment } from "../machine/browserEnvironment";
import type { EngineApi } from "../protocol/protocol";
import { createSession } from "../session";
import { carryErrors } from "./boundary";

carryErrors();
const session = createSession(browserEnvironment());

/** The page's callbacks arrive as proxies, each with a port of its own that must be closed when the work is over. */
async function lending<A extends object, T>(callback: A, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    (callback as A & Partial<ProxyMethods>)[releaseProxy]?.();
  }
}

const api: EngineApi = {
  ...session,
  merge: (job, recipe, options, onEvent) => lending(onEvent, () => session.merge(job, recipe, options, onEvent)),
  resume: (job, onEvent, directory) => lending(onEvent, () => session.resume(job, onEvent, directory)),
  exportResult: (job, id, directory, onEvent) =>
    lending(onEvent, () => session.exportResult(job, id, directory, onEvent)),
  evaluate: (job, request, onEvent) => lending(onEvent, () => session.evaluate(job, request, onEvent)),
  watch: (job, recipe, seed, options, onEvent) =>
    lending(onEvent, () => session.watch(job, recipe, seed, options, onEvent)),
  answer: (job, request, onText) => lending(onText, () => session.answer(job, request, onText)),
};
expose(api);
