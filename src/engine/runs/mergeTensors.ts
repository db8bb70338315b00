import type { Device } from "../../compute/device";
import { runMerge } from "../../merge/writing/run";
import type { TensorSource } from "../../model/sources/tensorSource";
import { planModels } from "../../recipe/plan/inputs/planModels";
import type { MergePlan } from "../../recipe/plan/plan";
import { neverFalling } from "../boundary/monotone";
import { runNote } from "../failures";
import type { DeviceKeeper } from "../machine/deviceKeeper";
import { onDevice } from "../machine/onDevice";
import type { MergeEvent } from "../protocol/protocol";
import { routersOf } from "../shelf/routersOf";
import type { InputLedger } from "./inputLedger";
import type { RunJournal } from "./journal";
import type { WeightWriter } from "./output";

export interface TensorRun {
  readonly plan: MergePlan;
  readonly journal: RunJournal;
  readonly ledger: Pick<InputLedger, "models">;
  readonly writer: WeightWriter;
  /** What is written instead of the plan's own tensors. */
  readonly over?: ((device: Device) => Promise<(source: TensorSource) => TensorSource>) | undefined;
}

/**
 * Makes all tensors that are not finished, on one device or, when that is lost, the rest on the next one.
 * @throws {AwaseError} `gpu/lost` when the second device is lost as well, and what `runMerge` throws
 */
export async function mergeTensors(
  { plan, journal, ledger, writer, over }: TensorRun,
  keeper: DeviceKeeper,
  listener: (event: MergeEvent) => void,
  signal: AbortSignal,
): Promise<{ readonly device: Device; readonly peakBytes: number }> {
  const { allowNonFinite, blockBytes } = journal.record.options;
  const onEvent = neverFalling(listener);
  let lostPeak = 0;

  async function tensorDone(tensor: number, nonFinite: { readonly inputs: number; readonly outputs: number }) {
    const name = plan.tensors[tensor]?.name ?? "";
    if (nonFinite.inputs + nonFinite.outputs > 0) {
      const others = journal.record.nonFinite.filter((known) => known.tensor !== name);
      await journal.note({ nonFinite: [...others, { tensor: name, ...nonFinite }] });
    }
    await writer.finish(tensor, signal);
  }

  const device = await onDevice(
    keeper,
    signal,
    async (device) => {
      await runMerge(plan, {
        over: await over?.(device),
        models: planModels(plan, ledger.models),
        device,
        ...(await routersOf(plan, planModels(plan, ledger.models), device, signal)),
        write: (tensor, at, bytes) => writer.write(tensor, bytes, at),
        tensorDone,
        skip: new Set(writer.finished),
        signal,
        onEvent,
        allowNonFinite,
        ...(blockBytes === undefined ? {} : { blockBytes }),
      });
      return device;
    },
    async (error, lost) => {
      lostPeak = lost.memory.peak;
      await writer.settle();
      const code = error.code === "device/thread-lost" ? error.code : "gpu/lost";
      const note = runNote(code, { finished: writer.finished.size, tensors: plan.tensors.length });
      onEvent({ type: "note", ...note, facts: { ...error.facts, ...note.facts } });
    },
  );
  return { device, peakBytes: Math.max(lostPeak, device.memory.peak) };
}
