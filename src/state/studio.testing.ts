import type { EngineClient } from "../engine/boundary/client";
import { fakeEngine, memorySession, memoryTrials } from "./engine.testing";
import type { SessionStore } from "./sessionStore";
import { beginVisit, createStudio, type Studio, type Visit } from "./studio";

/** What a studio keeps from visit to visit. */
export interface TestStores {
  readonly records: SessionStore;
  readonly prompts: SessionStore;
}

/** A studio over a fake engine, as it is before a visit begins. */
export function testStudio(engine: Partial<EngineClient> = {}, stores?: TestStores): Studio {
  const { records = memorySession(), prompts = memorySession() } = stores ?? {};
  return createStudio({
    engine: fakeEngine(engine),
    samplesUrl: "samples",
    trials: memoryTrials(),
    recordStore: records,
    promptStore: prompts,
  });
}

/** Begins a first visit, in English and without a link, unless told otherwise. */
export function begin(studio: Studio, visit: Partial<Visit> = {}): Promise<void> {
  return beginVisit(studio, {
    session: memorySession(),
    languages: ["en"],
    hubUrl: "https://hub.test",
    fragment: "",
    trials: memoryTrials(),
    ...visit,
  });
}
