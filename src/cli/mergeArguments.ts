import { own } from "../base/own";
import { GUARD_ACTIONS, GUARD_DEFAULTS, type GuardChoices } from "../eval/guard/guardDefaults";
import { COMMON_USAGE, type CommonArguments, type Mistake, type Parsed, readCommandLine, readWhole } from "./arguments";

export const USAGE = `Usage: npm run merge -- RECIPE --out DIR [options]

Merges language models as a mergekit recipe says. Models are folders (paths from where you stand) or Hub ids.

  --out DIR           folder for the merged model; a run that broke off in it is taken up again (Ctrl+C discards it)
  --shard-size SIZE   bytes of tensors per file: a whole number with K, M or B, 0 for one file (default: 5B)
  --allow-non-finite  go on where weights are NaN or Inf
  --overwrite         replace a model that is in DIR
  --guard FILE        measure the merge with these prompts (txt, jsonl, csv), group of layers by group of layers,
                      before it is written
  --unguarded         let a donor's rows be written though no prompts guard them
  --cap X             perplexity allowed to the merge, as a multiple of the base's (default: ${GUARD_DEFAULTS.cap})
  --guard-action A    what is done over the cap: warn, halve, roll-back or stop (default: ${GUARD_DEFAULTS.action}). A stack of
                      layers is measured as a whole: over the cap it is warned of, or stopped
  --guard-layers N    layers in a group (default: ${GUARD_DEFAULTS.groupLayers})
  --guard-order O     down: from the head down, base below; up: from the embedding up, base above (default: ${GUARD_DEFAULTS.order})
${COMMON_USAGE}
  --json              print the report as JSON on standard output
  --help              print this

Exit code: 0 done, 1 failed, 2 the recipe or the command line is wrong, 130 interrupted.`;

export interface MergeArguments extends CommonArguments {
  readonly recipe: string;
  readonly out: string;
  readonly shardBytes: number;
  readonly allowNonFinite: boolean;
  readonly overwrite: boolean;
  readonly guard?: GuardArguments;
  /** A donor's rows may be written though nobody guards them. */
  readonly unguarded: boolean;
}

export interface GuardArguments extends GuardChoices {
  /** File of prompts. */
  readonly prompts: string;
}

const MAX_GROUP_LAYERS = 1000;

const OPTIONS = {
  out: { type: "string" },
  "shard-size": { type: "string", default: "5B" },
  "allow-non-finite": { type: "boolean", default: false },
  overwrite: { type: "boolean", default: false },
  guard: { type: "string" },
  unguarded: { type: "boolean", default: false },
  cap: { type: "string", default: String(GUARD_DEFAULTS.cap) },
  "guard-action": { type: "string", default: GUARD_DEFAULTS.action },
  "guard-layers": { type: "string", default: String(GUARD_DEFAULTS.groupLayers) },
  "guard-order": { type: "string", default: GUARD_DEFAULTS.order },
} as const;

/** The command line as values, `"help"`, or a sentence that says what is wrong with it. */
export function readMergeArguments(args: readonly string[]): MergeArguments | "help" | Mistake {
  return readCommandLine(args, OPTIONS, read);
}

function read({ values, positionals }: Parsed<typeof OPTIONS>, common: CommonArguments): MergeArguments | Mistake {
  const [recipe, ...others] = positionals;
  if (recipe === undefined) return { mistake: "No recipe is given. Name a YAML file." };
  if (others.length > 0) return { mistake: `One recipe is expected, but ${positionals.length} are given.` };
  if (!values.out) return { mistake: "No output folder is given. Name one with --out DIR." };
  const shardBytes = readSize(values["shard-size"]);
  if (shardBytes === undefined) {
    return {
      mistake: `--shard-size is "${values["shard-size"]}"; it must be a whole number, with K, M or B for thousands, millions or billions of bytes.`,
    };
  }
  const guard = values.guard === undefined ? undefined : readGuard(values.guard, values);
  if (guard && "mistake" in guard) return guard;
  return {
    ...common,
    recipe,
    out: values.out,
    shardBytes,
    allowNonFinite: values["allow-non-finite"],
    overwrite: values.overwrite,
    unguarded: values.unguarded,
    ...(guard ? { guard } : {}),
  };
}

function readGuard(prompts: string, values: Parsed<typeof OPTIONS>["values"]): GuardArguments | Mistake {
  const { cap, "guard-order": order } = values;
  const factor = Number(cap);
  if (!(factor > 1 && Number.isFinite(factor))) {
    return { mistake: `--cap is "${cap}"; it must be a number above 1, such as 2 or 3.` };
  }
  const action = GUARD_ACTIONS.find((known) => known === values["guard-action"]);
  if (!action) {
    return {
      mistake: `--guard-action is "${values["guard-action"]}"; it must be one of ${GUARD_ACTIONS.join(", ")}.`,
    };
  }
  if (order !== "up" && order !== "down") return { mistake: `--guard-order is "${order}"; it must be up or down.` };
  const groupLayers = readWhole("guard-layers", values["guard-layers"], 1, MAX_GROUP_LAYERS);
  if (typeof groupLayers === "object") return groupLayers;
  return { prompts, cap: factor, action, groupLayers, order };
}

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 1e3, M: 1e6, B: 1e9 };

/** Sizes as mergekit writes them: a whole number with a decimal unit. */
function readSize(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d+)([KMB]?)$/.exec(text) ?? [];
  const size = Number(digits) * (own(UNITS, unit) ?? 1);
  return digits !== undefined && Number.isSafeInteger(size) ? size : undefined;
}
