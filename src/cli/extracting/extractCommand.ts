import { nodeOutput } from "../../io/node";
import type { ExtractionReport } from "../../merge/extract/extractAdapter";
import { type Command, DONE, runCommand, type Surroundings, WRONG } from "../command";
import { findModel } from "../input/findModel";
import { inOutputFolder, refuseFull } from "../machine/outputFolder";
import { withSession } from "../machine/withSession";
import { bytesInWords } from "../printing/bytes";
import { type ProgressLine, standing } from "../printing/progressLine";
import { printReport } from "../printing/report";
import { type ExtractArguments, readExtractArguments, USAGE } from "./extractArguments";

/** Tensors that a line names. */
const NAMED = 5;

/** `npm run extract-lora`: makes an adapter of two models. @returns the exit code */
export function extractCommand(args: readonly string[], around: Surroundings): Promise<number> {
  const command: Command<ExtractArguments> = {
    usage: USAGE,
    interrupted: "Nothing was left in the output folder.",
    read: readExtractArguments,
    async work(options, _, progress) {
      const report = await extract(options, around, progress);
      if (!report) return WRONG;
      printReport(report, summary(report, options.out), options, around);
      return DONE;
    },
  };
  return runCommand(command, args, around);
}

/** @returns nothing when a model is not to be found; what is wrong has been printed then */
async function extract(
  asked: ExtractArguments,
  around: Surroundings,
  progress: ProgressLine,
): Promise<ExtractionReport | undefined> {
  const model = await findModel(asked.model, around);
  const base = model && (await findModel(asked.base, around));
  if (!model || !base) return undefined;
  const models = [...model.models, ...base.models];
  return inOutputFolder(asked.out, models, around, async (out) => {
    if (!asked.overwrite) await refuseFull(out);
    return withSession(asked, around, progress, async ({ session, load }) => {
      const remarks = await load(models);
      if (!asked.quiet) for (const { message } of remarks) progress.say(message);
      const request = { model: model.key, base: base.key, options: asked.options, output: nodeOutput(out) };
      return session.extract(request, {
        signal: around.signal,
        onEvent: ({ done, total, tensor }) => {
          if (!asked.quiet) progress.update(standing(done, total, tensor));
        },
      });
    });
  });
}

function summary(
  { modules, ranks, saved, left, someBiases, vocabularies, bytes }: ExtractionReport,
  out: string,
): readonly string[] {
  const [least, most] = ranks;
  const whole = saved.length > 0 ? `; whole: ${saved.join(", ")}` : "";
  const rank = least === most ? `rank ${most}` : `ranks ${least} to ${most}`;
  return [
    ...(vocabularies
      ? [
          `warning: The vocabularies have ${vocabularies.base} and ${vocabularies.model} rows: embeddings are kept whole, and whoever loads the adapter must resize those of the base first.`,
        ]
      : []),
    ...(left.length > 0
      ? [
          `warning: An adapter has no place for ${left.length} tensors, which stay as the base has them: ${left.slice(0, NAMED).join(", ")}${left.length > NAMED ? ", …" : ""}.`,
        ]
      : []),
    ...(someBiases
      ? [
          "warning: Some of the matrices have biases. Their differences are in the adapter and are applied here; peft, which has such biases for all modules or for none, passes over them.",
        ]
      : []),
    `Extracted ${modules} products (${rank})${whole} into ${out} (${bytesInWords(bytes)}).`,
  ];
}
