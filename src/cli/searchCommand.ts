import { basename, join } from "node:path";
import { sha256 } from "../base/hashes";
import type { Searching } from "../engine/searching/searching";
import type { Value } from "../recipe/text/edit/editText";
import { readSyntax } from "../recipe/text/syntax";
import type { SearchedRecipe } from "../search/space/searched";
import { anchorsOf, weightHoles } from "../search/study/anchors";
import { finish, remarksOn } from "../search/study/finish";
import { type StudyEvent, type StudyRun, search } from "../search/study/runStudy";
import { objectiveValues, type Trial } from "../search/study/trial";
import { type Command, DONE, runCommand, type Surroundings, WRONG } from "./command";
import { inOutputFolder } from "./machine/outputFolder";
import { withSession } from "./machine/withSession";
import { mergeCommand } from "./mergeCommand";
import { printProblems } from "./printing/problemLines";
import { type ProgressLine, standing } from "./printing/progressLine";
import { printReport } from "./printing/report";
import { studyTable, trialLine } from "./printing/studyLines";
import { readSearchArguments, type SearchArguments, USAGE } from "./searchArguments";
import { moved, readStudy, type StudyFile } from "./study/readStudy";
import { type BestFile, recipeText, writeOutcome } from "./study/studyFiles";
import { openStudyFolder } from "./study/studyFolder";

/** `npm run search`: looks for the recipe that a study asks for. @returns the exit code */
export function searchCommand(args: readonly string[], around: Surroundings): Promise<number> {
  const command: Command<SearchArguments> = {
    usage: USAGE,
    interrupted: "What was measured is kept; go on with --resume.",
    read: readSearchArguments,
    async work(options, _, progress) {
      const file = await readStudy(options.study, around);
      if (!file) return WRONG;
      if (!options.quiet) for (const warning of file.warnings) progress.say(`warning: ${warning}`);
      return inOutputFolder(options.out, file.models, around, async (out) => {
        const best = await runIn(out, file, options, around, progress);
        if (!best) return WRONG;
        const code = options.write ? await write(out, options, around) : DONE;
        printReport(best, [], options, around);
        return code;
      });
    },
  };
  return runCommand(command, args, around);
}

/** @returns nothing when the recipe is wrong; what is wrong has been printed then */
async function runIn(
  out: string,
  file: StudyFile,
  options: SearchArguments,
  around: Surroundings,
  progress: ProgressLine,
): Promise<BestFile | undefined> {
  const { signal, stderr } = around;
  const { study, models, place } = file;
  return withSession(options, around, progress, async ({ session, device: { name: device }, load }) => {
    await load(models);
    const searching = await session.searching();
    const { searched, problems } = await searching.open(file.recipe);
    const told = problems.filter(({ severity }) => severity !== "note");
    if (printProblems(place.file, moved(told, place.indent), stderr) || !searched) return undefined;

    const run = await prepared(out, { file, options, searched, searching, device, signal, progress });
    const found = await search(run);
    const result = await finish(run, found, referencesOf(file));
    progress.clear();
    const said = remarksOn(run, found);
    const remarks = [...file.warnings, ...said];
    const best = await writeOutcome(out, { study, searched, result, remarks, name: basename(out), device });
    if (!options.quiet) {
      for (const remark of said) progress.say(`warning: ${remark}`);
      stderr.write(`${studyTable(study, result)}\n${speed(result.trials)}\n`);
    }
    return best;
  });
}

interface Preparation {
  readonly file: StudyFile;
  readonly options: SearchArguments;
  readonly searched: SearchedRecipe;
  readonly searching: Searching;
  readonly device: string;
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
}

async function prepared(
  out: string,
  { file, options, searched, searching, device, signal, progress }: Preparation,
): Promise<StudyRun> {
  const { study, base, marked } = file;
  const fingerprint = {
    study: await sha256(file.text),
    recipe: await sha256(file.recipe),
    prompts: await sha256(JSON.stringify(file.asked)),
    models: await searching.contents(file.models.map(({ key }) => key)),
  };
  const store = await openStudyFolder(out, fingerprint, {
    ...options,
    beside: async ({ point }) => ({ seed: study.seed, device, recipeHash: await sha256(recipeText(searched, point)) }),
  });
  const document = readSyntax(file.recipe).document;
  const weights = weightHoles(marked.holes, (path) => document?.getIn(path) as Value | undefined);
  return {
    study,
    searched,
    anchors: anchorsOf(searched.space, weights, marked.now),
    store,
    workers: options.workers,
    signal,
    measure: (candidate, split) =>
      searching.score({ candidate, searched, study, base, prompts: (name) => file.prompts(name, split) }, signal),
    ...(options.trials === undefined ? {} : { until: options.trials }),
    ...(options.quiet ? {} : { onEvent: teller(study, progress) }),
  };
}

/** Parents: every model but the base. */
function referencesOf({ models, base }: StudyFile): readonly string[] {
  return models.map(({ key }) => key).filter((key) => key !== base);
}

/** Tells how far it is, and of each trial that is the best so far. */
function teller(study: StudyRun["study"], progress: ProgressLine): (event: StudyEvent) => void {
  let best = Number.POSITIVE_INFINITY;
  const seconds: number[] = [];
  return (event) => {
    if (event.type === "check") {
      progress.update(standing(event.done, event.total, `${event.split} prompts: ${event.name}`));
      return;
    }
    const { trial, trials } = event;
    seconds.push(trial.seconds);
    const value =
      trial.state === "complete" && study.combine === study.objectives.length > 1
        ? objectiveValues(study, trial)?.[0]
        : undefined;
    if (value !== undefined && value < best) {
      best = value;
      progress.say(`${trialLine(study, trial)}  (best so far)`);
    }
    const median = seconds.toSorted((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? 0;
    const left = Math.ceil(median * (trials - trial.number - 1));
    progress.update(standing(trial.number + 1, trials, `${trialLine(study, trial)}  about ${left} s left`));
  };
}

/** What was measured, of all trials that this study has. */
function speed(trials: readonly Trial[]): string {
  const seconds = trials.reduce((sum, trial) => sum + trial.seconds, 0);
  const model = trials.reduce((sum, trial) => sum + trial.modelSeconds, 0);
  const share = seconds > 0 ? (100 * (seconds - model)) / seconds : 0;
  return `${((60 * trials.length) / Math.max(seconds, 1e-9)).toFixed(1)} trials a minute; ${share.toFixed(1)} % of the time was not in the model.`;
}

/** Merges the best recipe into DIR/best. */
async function write(out: string, options: SearchArguments, around: Surroundings): Promise<number> {
  const best = join(out, "best");
  const args = [join(out, "best.yaml"), "--out", best, "--device", options.device, "--hub", options.hub, "--overwrite"];
  return mergeCommand(options.quiet ? [...args, "--quiet"] : args, { ...around, stdout: { write: () => true } });
}
