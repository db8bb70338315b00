import { COMMON_USAGE, type CommonArguments, type Mistake, type Parsed, readCommandLine, readWhole } from "./arguments";

export const USAGE = `Usage: npm run search -- STUDY.yaml --out DIR [options]

Searches for the numbers of a merge: a study names a mergekit recipe with marks, what is measured, and how many trials
there may be. Nothing is written but results; docs/search.md has examples.

  --out DIR           folder of the study: every trial, best.json, pareto.json, best.yaml, optuna.journal
  --resume            go on with the study in DIR, with the same next trial
  --overwrite         begin anew, without the study that is in DIR
  --trials N          stop after N trials (default: as many as the study says); with --resume it can go on from there
  --workers N         candidates that are measured at a time (default: 1); the trials are the same for every N
  --write             merge the best recipe into DIR/best at the end
${COMMON_USAGE}
  --json              print best.json on standard output
  --help              print this

Exit code: 0 done, 1 failed, 2 the study or the command line is wrong, 130 interrupted.`;

export interface SearchArguments extends CommonArguments {
  readonly study: string;
  readonly out: string;
  readonly resume: boolean;
  readonly overwrite: boolean;
  readonly trials?: number;
  readonly workers: number;
  readonly write: boolean;
}

const MAX_TRIALS = 1_000_000;
const MAX_WORKERS = 64;

const OPTIONS = {
  out: { type: "string" },
  resume: { type: "boolean", default: false },
  overwrite: { type: "boolean", default: false },
  trials: { type: "string" },
  workers: { type: "string", default: "1" },
  write: { type: "boolean", default: false },
} as const;

/** The command line as values, `"help"`, or a sentence that says what is wrong with it. */
export function readSearchArguments(args: readonly string[]): SearchArguments | "help" | Mistake {
  return readCommandLine(args, OPTIONS, read);
}

function read({ values, positionals }: Parsed<typeof OPTIONS>, common: CommonArguments): SearchArguments | Mistake {
  const [study, ...others] = positionals;
  if (study === undefined) return { mistake: "No study is given. Name a YAML file." };
  if (others.length > 0) return { mistake: `One study is expected, but ${positionals.length} are given.` };
  if (!values.out) return { mistake: "No folder for the study is given. Name one with --out DIR." };
  if (values.resume && values.overwrite) return { mistake: "Give --resume or --overwrite, not both." };
  if (common.seed !== undefined)
    return { mistake: "The seed of a study stands in it, as `seed:`; --seed is not read here." };
  const trials = values.trials === undefined ? undefined : readWhole("trials", values.trials, 1, MAX_TRIALS);
  if (typeof trials === "object") return trials;
  const workers = readWhole("workers", values.workers, 1, MAX_WORKERS);
  if (typeof workers === "object") return workers;
  return {
    ...common,
    study,
    out: values.out,
    resume: values.resume,
    overwrite: values.overwrite,
    workers,
    write: values.write,
    ...(trials === undefined ? {} : { trials }),
  };
}
