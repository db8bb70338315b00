import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { createSession } from "../../engine/session";
import { nodeOutput } from "../../io/node";
import type { ExtractionReport } from "../../merge/extract/extractAdapter";
import { type Command, DONE, runCommand, type Surroundings, WRONG } from "../command";
import { cliFailure } from "../failures";
import { findModel } from "../input/findModel";
import { loadModels, refuseInputAsOutput } from "../input/locateModels";
import { LOCK_FILE, lockFolder } from "../machine/folderLock";
import { cacheFolder, nodeEnvironment } from "../machine/nodeEnvironment";
import { bytesInWords } from "../printing/bytes";
import { Profile } from "../printing/profile";
import { type ProgressLine, standing } from "../printing/progressLine";
import { type ExtractArguments, readExtractArguments, USAGE } from "./extractArguments";

/** Tensors that a line names. */
const NAMED = 5;

/** `npm run extract-lora`: makes an adapter of two models. @returns the exit code */
export function extractCommand(args: readonly string[], around: Surroundings): Promise<number> {
  const command: Command<ExtractArguments> = {
    usage: USAGE,
    interrupted: "Nothing was left in the output folder.",
    read: readExtractArguments,
    async work(options, { stdout, stderr }, progress) {
      const report = await extract(options, around, progress);
      if (!report) return WRONG;
      progress.clear();
      if (options.json) stdout.write(`${JSON.stringify(report, null, 2)}\n`);
      if (!options.quiet) for (const line of summary(report, options.out)) stderr.write(`${line}\n`);
      return DONE;
    },
  };
  return runCommand(command, args, around);
}

/** @returns nothing when a model is not to be found; what is wrong has been printed then */
async function extract(
  { model: named, base: namedBase, ...asked }: ExtractArguments,
  around: Surroundings,
  progress: ProgressLine,
): Promise<ExtractionReport | undefined> {
  const { cwd, env, signal } = around;
  const model = await findModel(named, around);
  const base = model && (await findModel(namedBase, around));
  if (!model || !base) return undefined;
  const models = [...model.models, ...base.models];
  const out = resolve(cwd, asked.out);
  await refuseInputAsOutput(out, models);
  const unlock = await lockFolder(out);
  const profile = new Profile(asked.profile);
  const session = createSession(
    nodeEnvironment({
      device: asked.device,
      onTimed: profile.onTimed,
      cache: cacheFolder(env),
      ...(env.HF_TOKEN ? { token: env.HF_TOKEN } : {}),
    }),
  );
  try {
    await refuseFull(out, asked.overwrite);
    const info = await session.start({ hubUrl: asked.hub, samplesUrl: "", device: "auto" });
    if (!asked.quiet) progress.say(`Device: ${info.name}${info.reason ? ` (${info.reason})` : ""}`);
    const remarks = await loadModels(session, models, around, (text) => progress.say(text));
    if (!asked.quiet) for (const { message } of remarks) progress.say(message);
    const request = { model: model.key, base: base.key, options: asked.options, output: nodeOutput(out) };
    const report = await session.extract(request, {
      signal,
      onEvent: ({ done, total, tensor }) => {
        if (!asked.quiet) progress.update(standing(done, total, tensor));
      },
    });
    progress.clear();
    await profile.print(around);
    return report;
  } finally {
    session.close();
    await unlock();
  }
}

/** @throws {AwaseError} `output/not-empty` */
async function refuseFull(folder: string, overwrite: boolean): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name !== LOCK_FILE);
  if (files.length === 0 || overwrite) return;
  throw cliFailure("output/not-empty", { folder, files: files.length, first: files[0] ?? "" });
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
