import { mkdir, readdir, readFile, rmdir } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { AwaseError, isAbort } from "../base/errors";
import type { MergeEvent, MergeReport, UnfinishedRun } from "../engine/protocol";
import { createSession, type Session } from "../engine/session";
import { parseRecipe } from "../recipe/parse";
import type { Problem } from "../recipe/problems";
import { cancellable } from "./cancellable";
import { loadModels, locateModels, refuseInputAsOutput } from "./locateModels";
import { type MergeArguments, readMergeArguments, USAGE } from "./mergeArguments";
import { cacheFolder, JOURNAL_FILE, nodeEnvironment } from "./nodeEnvironment";
import { problemLine } from "./problemLines";
import { type Output, ProgressLine } from "./progressLine";

/** What the command line has around it; tests give their own. */
export interface Surroundings {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Where the user stands: relative paths count from here. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Fires on Ctrl+C. */
  readonly signal: AbortSignal;
}

const DONE = 0;
const FAILED = 1;
const WRONG = 2;
/** 128 + SIGINT, as shells count. */
const INTERRUPTED = 130;

/** `npm run merge`: reads the recipe, checks it, merges. @returns the exit code */
export async function mergeCommand(args: readonly string[], around: Surroundings): Promise<number> {
  const { stdout, stderr } = around;
  const read = readMergeArguments(args);
  if (read === "help") {
    stdout.write(`${USAGE}\n`);
    return DONE;
  }
  if ("mistake" in read) {
    stderr.write(`${read.mistake}\n\n${USAGE}\n`);
    return WRONG;
  }
  const progress = new ProgressLine(stderr);
  try {
    const report = await merge(read, around, progress);
    if (!report) return WRONG;
    progress.clear();
    if (read.json) stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    if (!read.quiet) stderr.write(`${summary(report, read.out)}\n`);
    return DONE;
  } catch (error) {
    progress.clear();
    if (isAbort(error)) {
      stderr.write("Interrupted. Nothing was left in the output folder.\n");
      return INTERRUPTED;
    }
    const code = error instanceof AwaseError ? `${error.code}: ` : "";
    stderr.write(`${code}${error instanceof Error ? error.message : String(error)}\n`);
    return FAILED;
  }
}

/** @returns nothing when the recipe is wrong; what is wrong has been printed then */
async function merge(
  options: MergeArguments,
  around: Surroundings,
  progress: ProgressLine,
): Promise<MergeReport | undefined> {
  const { cwd, env, signal, stderr } = around;
  const say = (problems: readonly Problem[]) => {
    for (const problem of problems) stderr.write(`${problemLine(options.recipe, problem)}\n`);
    return problems.some(({ severity }) => severity === "error");
  };
  const text = await readRecipe(resolve(cwd, options.recipe));
  if (text === undefined) {
    stderr.write(`There is no recipe ${options.recipe} below ${cwd}. Check the path.\n`);
    return undefined;
  }
  const { recipe, problems } = parseRecipe(text);
  if (!recipe || problems.some(({ severity }) => severity === "error")) {
    say(problems);
    return undefined;
  }
  const models = await locateModels(recipe, cwd);
  if (say(models.problems)) return undefined;

  const out = resolve(cwd, options.out);
  await refuseInputAsOutput(out, models.folders);
  const isNew = (await mkdir(out, { recursive: true })) !== undefined;
  const environment = nodeEnvironment({
    out,
    overwrite: options.overwrite,
    device: options.device,
    cache: cacheFolder(env),
    ...(env.HF_TOKEN ? { token: env.HF_TOKEN } : {}),
  });
  const session = createSession(environment);
  try {
    const info = await session.start({ hubUrl: options.hub, samplesUrl: "", device: "auto" });
    if (!options.quiet) progress.say(`Device: ${info.name}${info.reason ? ` (${info.reason})` : ""}`);
    await loadModels(session, models, signal);
    const seed = options.seed ?? recipe.extras.seed ?? 0;
    const report = await session.check(text, seed);
    if (say(report.problems)) return undefined;
    const earlier = await earlierRun(session, out, text, seed, options.overwrite);
    return await run(session, earlier, { text, seed, options, out, progress, signal });
  } finally {
    session.close();
    if (isNew) await rmdir(out).catch(() => undefined); // it stays if anything is in it
  }
}

async function readRecipe(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}

/**
 * The run that was cut short in the output folder, if this is its recipe.
 * @throws {AwaseError} `output/other-run`, `output/not-empty`
 */
async function earlierRun(
  session: Session,
  out: string,
  recipe: string,
  seed: number,
  overwrite: boolean,
): Promise<UnfinishedRun | undefined> {
  const [earlier] = await session.unfinished();
  if (earlier && overwrite) {
    await session.discard(earlier.id);
    return undefined;
  }
  if (earlier && (earlier.recipe !== recipe || earlier.options.seed !== seed)) {
    throw new AwaseError(
      "output/other-run",
      `${out} holds an unfinished run of another recipe or seed (${earlier.tensorsDone} of ${earlier.tensors} tensors done). ` +
        "Finish that one, choose another --out, or add --overwrite to discard it.",
      { facts: { out, tensorsDone: earlier.tensorsDone, tensors: earlier.tensors } },
    );
  }
  const files = (await readdir(out)).filter((name) => name !== JOURNAL_FILE);
  if (!earlier && files.length > 0 && !overwrite) {
    throw new AwaseError(
      "output/not-empty",
      `The folder ${out} holds ${files.length} files, where 0 were expected. Choose another --out, or add --overwrite to replace the model in it.`,
      { facts: { folder: out, files: files.length, first: files[0] ?? "" } },
    );
  }
  return earlier;
}

interface Run {
  readonly text: string;
  readonly seed: number;
  readonly options: MergeArguments;
  readonly out: string;
  readonly progress: ProgressLine;
  readonly signal: AbortSignal;
}

function run(session: Session, earlier: UnfinishedRun | undefined, details: Run): Promise<MergeReport> {
  const { text, seed, options, out, progress, signal } = details;
  const onEvent = (event: MergeEvent) => {
    if (event.type === "note") progress.say(event.message);
    else if (event.type === "non-finite") {
      progress.say(`${event.tensor}: NaN or Inf, ${event.inputs} in its inputs and ${event.outputs} in its output.`);
    } else if (!options.quiet) progress.update(event);
  };
  if (earlier) {
    if (!options.quiet) progress.say(`Going on: ${earlier.tensorsDone} of ${earlier.tensors} tensors are done.`);
    return cancellable(session, signal, () => session.resume(earlier.id, onEvent), earlier.id);
  }
  const { shardBytes, allowNonFinite } = options;
  return cancellable(session, signal, (job) =>
    session.merge(job, text, { seed, name: basename(out), shardBytes, allowNonFinite }, onEvent),
  );
}

function summary(report: MergeReport, out: string): string {
  const gigabytes = (report.writtenBytes / 1e9).toFixed(2);
  return `Merged ${report.tensors} tensors into ${out} (${gigabytes} GB) in ${report.seconds.toFixed(1)} s on ${report.device}.`;
}
