import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { DeviceInfo } from "../compute/device";
import type { Subject } from "../engine/protocol/evalProtocol";
import type { Session } from "../engine/session";
import type { Measure } from "../eval/defineMeasure";
import { MEASURES, type MeasureId, measuresFor } from "../eval/registry";
import type { PromptSet } from "../eval/types";
import type { TokenIds } from "../tokens/types";
import { type Command, DONE, runCommand, type Surroundings, WRONG } from "./command";
import { type EvalArguments, readEvalArguments, USAGE } from "./evalArguments";
import { findModel } from "./input/findModel";
import { findSubject, isSound } from "./input/findSubject";
import { readPromptFile } from "./input/promptFile";
import { readTokensFile } from "./input/tokensFile";
import { withSession } from "./machine/withSession";
import { evalTable } from "./printing/evalTable";
import { type ProgressLine, standing } from "./printing/progressLine";

/** What is measured where nothing is asked for by its name. */
const DEFAULT_MEASURES = MEASURES.flatMap((measure) => ("onlyNamed" in measure ? [] : [measure.id]));

/** `npm run eval`: measures a model, or a recipe that nobody wrote. @returns the exit code */
export function evalCommand(args: readonly string[], around: Surroundings): Promise<number> {
  const command: Command<EvalArguments> = {
    usage: USAGE,
    interrupted: "Nothing was measured to the end.",
    read: readEvalArguments,
    work: measure,
  };
  return runCommand(command, args, around);
}

async function measure(options: EvalArguments, around: Surroundings, progress: ProgressLine): Promise<number> {
  const input = await readInput(options, around);
  const found = input && (await findSubject(options.subject, options.seed, around));
  const base = found && options.base !== undefined ? await findModel(options.base, around) : undefined;
  if (!input || !found || (options.base !== undefined && !base)) return WRONG;

  const code = await withSession(options, around, progress, async ({ session, device, load }) => {
    const remarks = await load([...found.models, ...(base?.models ?? [])]);
    if (found.subject.kind === "model") for (const { message } of remarks) progress.say(message);
    if (!(await isSound(session, found.subject, options.subject, around))) return undefined;
    const work = { session, subject: found.subject, base: base?.key, options, around, progress, device };
    if (input.kind === "tokens") await measureTokens(input.sequences, work);
    else await measurePrompts(input.set, work);
    return DONE;
  });
  return code ?? WRONG;
}

type Input =
  | { readonly kind: "prompts"; readonly set: PromptSet }
  | { readonly kind: "tokens"; readonly sequences: readonly TokenIds[] };

/** @returns nothing when the file is wrong; what is wrong has been printed then */
async function readInput({ input, measures }: EvalArguments, around: Surroundings): Promise<Input | undefined> {
  const { cwd, stderr } = around;
  if (input.kind === "tokens") {
    const sequences = await readTokensFile(input.file, cwd);
    if (!("mistake" in sequences)) return { kind: "tokens", sequences };
    stderr.write(`${sequences.mistake}\n`);
    return undefined;
  }
  const set = await readPromptFile(input.file, around);
  const lacking = set && lacks(set, measures ?? []);
  if (lacking) stderr.write(`${input.file} has no prompt with ${lacking}.\n`);
  return set && !lacking ? { kind: "prompts", set } : undefined;
}

/** What a measure that was asked for by its name needs and no prompt has. */
function lacks({ prompts }: PromptSet, measures: readonly MeasureId[]): string | undefined {
  const named: readonly Measure[] = measuresFor(measures, prompts);
  return named.find(({ lacking, suits }) => lacking && !prompts.some((prompt) => suits?.(prompt)))?.lacking;
}

interface Work {
  readonly session: Session;
  readonly subject: Subject;
  readonly base: string | undefined;
  readonly options: EvalArguments;
  readonly around: Surroundings;
  readonly progress: ProgressLine;
  readonly device: DeviceInfo;
}

async function measurePrompts(set: PromptSet, work: Work): Promise<void> {
  const { session, subject, base, options, around, progress, device } = work;
  const { measures = DEFAULT_MEASURES, positions, topK, maxTokens } = options;
  const request = { subject, sets: [set], measures, positions, maxTokens };
  const [evaluation] = await session.evaluate(
    { ...request, ...(base === undefined ? {} : { base }), ...(topK === undefined ? {} : { topK }) },
    {
      signal: around.signal,
      onEvent: (event) => {
        if (event.type !== "measuring" || options.quiet) return;
        progress.update(standing(event.done, event.total, `${event.done.toFixed(0)}/${event.total} tokens`));
      },
    },
  );
  progress.clear();
  if (!evaluation) throw new TypeError("One set has one evaluation.");
  const { otherTokens } = evaluation;
  if (otherTokens) {
    around.stderr.write(
      `warning: ${options.base} cuts ${otherTokens.prompts} of ${otherTokens.of} prompts into other tokens than ${options.subject}, so nothing is measured against it: no relative perplexity, no divergence. Compare bits per byte, or name a base with the same tokenizer.\n`,
    );
  }
  const report = { model: options.subject, ...(options.base === undefined ? {} : { base: options.base }) };
  await tell({ ...report, device: device.name, positions, ...evaluation }, evalTable(evaluation, positions), work);
}

async function measureTokens(sequences: readonly TokenIds[], work: Work): Promise<void> {
  const { session, subject, options, around, progress } = work;
  const total = sequences.reduce((sum, { length }) => sum + length, 0);
  const nll = await session.likelihoods(subject, sequences, {
    signal: around.signal,
    onEvent: (done) => {
      if (!options.quiet) progress.update(standing(done, total, `${done.toFixed(0)}/${total} tokens`));
    },
  });
  progress.clear();
  const scored = nll.flat();
  const sum = scored.reduce((all, value) => all + value, 0);
  await tell(
    { nll },
    `Perplexity          ${Math.exp(sum / scored.length).toPrecision(6)}, ${scored.length} tokens`,
    work,
  );
}

/** Prints what was measured, as JSON or for people, and writes it where it was asked for. */
async function tell(report: object, table: string, { options, around }: Work): Promise<void> {
  const json = `${JSON.stringify(report)}\n`;
  if (options.json && !options.quiet) around.stderr.write(`${table}\n`);
  around.stdout.write(options.json ? json : `${table}\n`);
  if (options.out !== undefined) await writeFile(resolve(around.cwd, options.out), json); // last: what it costs is printed
}
