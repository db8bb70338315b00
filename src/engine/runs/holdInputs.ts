import { elementCount } from "../../formats/tensor";
import { isFault } from "../../io/store/fileProof";
import type { ByteSource } from "../../io/types";
import { inputSource } from "../../merge/inputs";
import { modelsWithRanges } from "../../merge/plannedRanges";
import type { Checkpoint } from "../../model/checkpoint";
import type { MergePlan } from "../../recipe/plan/plan";
import type { InputFile, InputLedger } from "./inputLedger";
import type { WeightWriter } from "./output";

export interface HeldRun {
  readonly plan: MergePlan;
  readonly ledger: InputLedger;
  readonly writer: WeightWriter;
}

/**
 * Holds the weight files that a run was made of against what the Hub publishes of them. Of one that is found wrong, or was, nothing
 * stays: not the tensors that were made of it, not what the journal says of them, not its bytes.
 * @param earlier whether some tensors were made by another session
 * @param renew opens a model anew: its header may have come wrong, too
 * @throws {AwaseError} `hub/bad-hash`, `hub/bad-bytes`, and what fetching the rest of a file throws
 */
export async function holdInputs(
  { plan, ledger, writer }: HeldRun,
  models: ReadonlyMap<string, Checkpoint>,
  earlier: boolean,
  renew: (model: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const wrong: { readonly input: InputFile; readonly source: ByteSource }[] = [];
  let fault: unknown;
  for (const input of ledger.files) {
    const source = await models.get(input.model)?.source(input.file);
    try {
      await source?.proof?.hold(input.reads, earlier, signal);
    } catch (error) {
      if (!source || !isFault(error)) throw error;
      fault ??= error;
      wrong.push({ input, source });
    }
  }
  if (wrong.length === 0) return;
  // The output before the bytes: what a crash leaves in between is made of wrong bytes that are still there to be found.
  ledger.forget(wrong.map(({ input }) => input));
  await writer.takeBack(await madeOf(plan, models, new Set(wrong.map(({ source }) => source))));
  for (const { source } of wrong) await source.proof?.forget();
  for (const model of new Set(wrong.map(({ input }) => input.model))) await renew(model);
  throw fault;
}

/** Indices of the tensors that are made of some files. */
async function madeOf(
  plan: MergePlan,
  opened: ReadonlyMap<string, Checkpoint>,
  files: ReadonlySet<ByteSource>,
): Promise<readonly number[]> {
  const models = modelsWithRanges(plan, opened);
  const made: number[] = [];
  for (const [index, { inputs, shape }] of plan.tensors.entries()) {
    for (const input of inputs) {
      const ranges = await inputSource(input, models, plan.rowMaps).ranges(
        input.tensor,
        0,
        Math.min(elementCount(shape), elementCount(input.shape)),
      );
      if (ranges.some(({ source }) => files.has(source))) made.push(index);
    }
  }
  return made;
}
