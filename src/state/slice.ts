import type { StateCreator } from "zustand/vanilla";
import type { EngineClient } from "../engine/boundary/client";
import type { SessionStore } from "./sessionStore";
import type { Trials } from "./trial";

/** What the slices work with; tests bring their own. */
export interface StudioTools {
  readonly engine: EngineClient;
  /** Measurements of earlier visits. */
  readonly recordStore: SessionStore;
  /** Prompt sets that were pasted or dropped. */
  readonly promptStore: SessionStore;
  /** What the next visit leaves aside should this one go down. */
  readonly trials: Trials;
  /** Where the bundled samples are served. */
  readonly samplesUrl: string;
}

/** A part of the store: its own keys, and those of other slices that it reads, calls or changes. */
export type Slice<Own, Needs = unknown> = StateCreator<Own & Needs, [], [], Own>;
