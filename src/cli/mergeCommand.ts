import { basename } from "node:path";
import { AwaseError } from "../base/errors";
import type { GuardEvent } from "../engine/protocol/evalProtocol";
import type { MergeEvent, MergeOptions, MergeReport, UnfinishedRun } from "../engine/protocol/protocol";
import type { Session } from "../engine/session";
import { GUARD_POSITIONS } from "../eval/guard/guardDefaults";
import type { GuardOptions } from "../eval/types";
import type { MergeProgress } from "../merge/writing/events";
import { MAX_FLOAT16 } from "../merge/writing/overflow";
import { type Command, DONE, runCommand, type Surroundings, WRONG } from "./command";
import { cliFailure } from "./failures";
import { readPromptFile } from "./input/promptFile";
import { readRecipeFile } from "./input/recipeFile";
import { inOutputFolder, refuseFull } from "./machine/outputFolder";
import { readyJournal } from "./machine/outputJournal";
import { withSession } from "./machine/withSession";
import { type GuardArguments, type MergeArguments, readMergeArguments, USAGE } from "./mergeArguments";
import { bytesInWords } from "./printing/bytes";
import { guardLine } from "./printing/guardLine";
import { mergeStanding } from "./printing/mergeProgress";
import { printProblems } from "./printing/problemLines";
import { type ProgressLine, standing } from "./printing/progressLine";
import { printReport } from "./printing/report";

/** `npm run merge`: reads the recipe, checks it, merges. @returns the exit code */
export function mergeCommand(args: readonly string[], around: Surroundings): Promise<number> {
  const command: Command<MergeArguments> = {
    usage: USAGE,
    interrupted: "Nothing was left in the output folder.",
    read: readMergeArguments,
    async work(options, _, progress) {
      const report = await merge(options, around, progress);
      if (!report) return WRONG;
      printReport(report, [summary(report, options.out)], options, around);
      return DONE;
    },
  };
  return runCommand(command, args, around);
}

/** @returns nothing when the recipe is wrong; what is wrong has been printed then */
async function merge(
  options: MergeArguments,
  around: Surroundings,
  progress: ProgressLine,
): Promise<MergeReport | undefined> {
  const { signal, stderr } = around;
  const found = await readRecipeFile(options.recipe, around);
  if (!found) return undefined;
  const { text, recipe, models } = found;
  const guard = options.guard && (await readGuard(options.guard, around));
  if (options.guard && !guard) return undefined;

  return inOutputFolder(options.out, models, around, async (out) => {
    await readyJournal(out, options.overwrite);
    const output = { folder: out, overwrite: options.overwrite };
    return withSession({ ...options, output }, around, progress, async ({ session, load }) => {
      await load(models);
      const seed = options.seed ?? recipe.extras.seed ?? 0;
      const { problems, plan } = await session.check(text, seed);
      if (printProblems(options.recipe, problems, stderr)) return undefined;
      if (guard && plan?.guardLimit && !options.quiet) progress.say(`Guard: ${plan.guardLimit.message}`);
      const { shardBytes, allowNonFinite, unguarded } = options;
      const rules = { ...(guard ? { guard } : {}), ...(unguarded ? { unguarded } : {}) };
      const asked = { seed, name: basename(out), shardBytes, allowNonFinite, ...rules };
      const earlier = await earlierRun(session, out, text, asked, options.overwrite);
      return run(session, earlier, { text, asked, quiet: options.quiet, progress, signal });
    });
  });
}

/** @returns nothing when there are no prompts; what is wrong has been printed then */
async function readGuard(
  { prompts, ...rules }: GuardArguments,
  around: Surroundings,
): Promise<GuardOptions | undefined> {
  const set = await readPromptFile(prompts, around);
  return set && { ...rules, sets: [set], positions: GUARD_POSITIONS };
}

/**
 * The run that was cut short in the output folder, if it was asked for the same.
 * @throws {AwaseError} `output/other-run`, `output/not-empty`
 */
async function earlierRun(
  session: Session,
  out: string,
  recipe: string,
  asked: MergeOptions,
  overwrite: boolean,
): Promise<UnfinishedRun | undefined> {
  const [earlier] = await session.unfinished();
  if (earlier && overwrite) {
    await session.discard(earlier.id);
    return undefined;
  }
  const other = earlier && differences(earlier, recipe, asked).join(", ");
  if (earlier && other) {
    throw cliFailure("output/other-run", { out, other, tensorsDone: earlier.tensorsDone, tensors: earlier.tensors });
  }
  if (!earlier && !overwrite) await refuseFull(out);
  return earlier;
}

/** What an unfinished run was asked for and this one is not. Its folder may have been renamed since. */
function differences({ recipe, options }: UnfinishedRun, text: string, asked: MergeOptions): readonly string[] {
  const { seed, shardBytes, allowNonFinite, guard, unguarded = false } = asked;
  return [
    ...(recipe === text ? [] : ["recipe"]),
    ...(options.seed === seed ? [] : ["--seed"]),
    ...(options.shardBytes === shardBytes ? [] : ["--shard-size"]),
    ...(options.allowNonFinite === allowNonFinite ? [] : ["--allow-non-finite"]),
    ...(JSON.stringify(options.guard) === JSON.stringify(guard) ? [] : ["--guard"]),
    ...((options.unguarded ?? false) === unguarded ? [] : ["--unguarded"]),
  ];
}

interface Run {
  readonly text: string;
  readonly asked: MergeOptions;
  readonly quiet: boolean;
  readonly progress: ProgressLine;
  readonly signal: AbortSignal;
}

function run(session: Session, earlier: UnfinishedRun | undefined, details: Run): Promise<MergeReport> {
  const { text, asked, quiet, progress, signal } = details;
  const onEvent = (event: MergeEvent) => {
    if (event.type === "note") progress.say(event.message);
    else if (event.type === "non-finite") {
      const why = event.float16 ? ` It is written as float16, which ends at ${MAX_FLOAT16}.` : "";
      progress.say(
        `${event.tensor}: NaN or Inf, ${event.inputs} in its inputs and ${event.outputs} in its output.${why}`,
      );
    } else if (!quiet) showProgress(event, progress);
  };
  if (earlier) {
    if (!quiet) progress.say(`Going on: ${earlier.tensorsDone} of ${earlier.tensors} tensors are done.`);
    return session.resume(earlier.id, undefined, { onEvent, signal }).catch((error: unknown) => {
      throw withWayOn(error);
    });
  }
  return session.merge(text, asked, { onEvent, signal });
}

/** The sentences say "start the merge again": here that is an option. */
function withWayOn(error: unknown): unknown {
  if (!(error instanceof AwaseError) || !/^(journal|output)\//.test(error.code)) return error;
  return error.told(`${error.message} To start again, add --overwrite.`);
}

function showProgress(event: MergeProgress | GuardEvent, progress: ProgressLine): void {
  if (event.type === "progress") progress.update(mergeStanding(event));
  else if (event.type === "guard-progress") progress.update(standing(event.done, event.total, "watching the merge"));
  else progress.say(guardLine(event));
}

function summary(report: MergeReport, out: string): string {
  return `Merged ${report.tensors} tensors into ${out} (${bytesInWords(report.writtenBytes)}) in ${report.seconds.toFixed(1)} s on ${report.device}.`;
}
