import type { DeviceInfo } from "../compute/device";
import type { MethodFacts } from "../recipe/facts";
import { type Failure, failureOf } from "./failure";
import type { ModelsSlice } from "./models/models";
import type { SettingsSlice } from "./settings";
import type { Slice, StudioTools } from "./slice";

export type FormMethod = Omit<MethodFacts, "check">;

/** The engine as the page knows it: which device it found, which methods it has. */
export interface EngineSlice {
  readonly device: DeviceInfo | undefined;
  readonly engineFailure: Failure | undefined;
  readonly methods: readonly FormMethod[];
  /** Starts it, or starts it anew with changed settings; then opens the models that wait for it. */
  startEngine(): Promise<void>;
}

export function createEngineSlice({
  engine,
  samplesUrl,
}: StudioTools): Slice<EngineSlice, SettingsSlice & ModelsSlice> {
  return (set, get) => ({
    device: undefined,
    engineFailure: undefined,
    methods: [],
    async startEngine() {
      const { hubUrl, devicePreference } = get();
      try {
        const device = await engine.start({ hubUrl, samplesUrl, device: devicePreference });
        set({ device, engineFailure: undefined, methods: await engine.methods() });
        await get().openModels();
      } catch (error) {
        set({ engineFailure: failureOf(error) });
      }
    },
  });
}
