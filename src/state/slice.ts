import type { StateCreator } from "zustand/vanilla";
import type { EngineClient } from "../engine/boundary/client";
import type { SessionStore } from "./persistence";
import type { StudioState } from "./studio";

/** What the slices work with; tests bring their own. */
export interface StudioTools {
  readonly engine: EngineClient;
  /** Measurements of earlier visits. */
  readonly recordStore: SessionStore;
  /** Prompt sets that were pasted or dropped. */
  readonly promptStore: SessionStore;
  /** Where the bundled samples are served. */
  readonly samplesUrl: string;
}

/** A part of the store. It sees the whole state and owns its own keys. */
export type Slice<T> = StateCreator<StudioState, [], [], T>;
