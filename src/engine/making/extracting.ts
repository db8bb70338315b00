import type { OutputFolder } from "../../io/types";
import { type ExtractionOptions, type ExtractionReport, extractAdapter } from "../../merge/extract/extractAdapter";
import { partsByKey } from "../../model/adapters/byKey";
import type { DeviceKeeper } from "../machine/deviceKeeper";
import { onDevice } from "../machine/onDevice";
import { type HoldContext, holdModels } from "../measuring/holdModels";
import type { ModelKey } from "../protocol/ids";

/** Where an extraction stands: elements. */
export interface ExtractionProgress {
  readonly done: number;
  readonly total: number;
  readonly tensor: string;
}

export interface ExtractionRequest {
  readonly model: ModelKey;
  readonly base: ModelKey;
  readonly options: ExtractionOptions;
  readonly output: OutputFolder;
}

/**
 * Makes the adapter that one model is of another; after a lost device once more on the next.
 * @throws {AwaseError} `model/not-loaded`, `model/adapter`, `hub/bad-hash`, and as `extractAdapter`
 */
export async function extract(
  context: HoldContext & { readonly device: DeviceKeeper },
  { model, base, options, output }: ExtractionRequest,
  onEvent: (event: ExtractionProgress) => void,
  signal: AbortSignal,
): Promise<ExtractionReport> {
  const { shelf } = context;
  const [tuned, origin] = [shelf.model(model), shelf.model(base)];
  const read = [model, base].flatMap((key) => partsByKey(key, shelf.checkpoints));
  return onDevice(context.device, signal, (device) =>
    extractAdapter(tuned, origin, {
      device,
      output,
      options,
      onProgress: (done, total, tensor) => onEvent({ done, total, tensor }),
      hold: () => holdModels(context, read, signal),
      signal,
    }),
  );
}
