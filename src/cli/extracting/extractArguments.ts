import type { ExtractionOptions } from "../../merge/extract/extractAdapter";
import {
  COMMON_USAGE,
  type CommonArguments,
  type Mistake,
  type Parsed,
  readCommandLine,
  readWhole,
} from "../arguments";

const DECOMPOSITIONS = ["auto", "exact", "randomised"] as const;
const MAX_RANK = 65_536;

export const USAGE = `Usage: npm run extract-lora -- MODEL --base-model BASE --out DIR [options]

Makes a LoRA adapter of a fine-tune: applied to BASE, it gives MODEL as nearly as its ranks allow. Models are folders (paths from where
you stand) or Hub ids, with an adapter behind a + where one is to be applied first. Options are those of mergekit-extract-lora.

  --base-model BASE       the model that MODEL was made from
  --out DIR               folder for the adapter
  --max-rank N            rank of each product at most (default: 128)
  --sv-epsilon X          leave out singular values up to X (default: 0, none)
  --no-distribute-scale   give singular values to A alone, not their roots to A and B
  --embed-lora            embeddings and head as products too, instead of whole
  --save-module NAME      keep a module whole: a full name, or the last part of names; may be given several times
  --include-regex, -i RE  only modules in whose name RE finds something; may be given several times
  --exclude-regex, -e RE  no module in whose name RE finds something; may be given several times
  --skip-undecomposable   leave out what is no matrix (norms), instead of keeping it whole
  --decomposition HOW     exact: in double precision, slow for large matrices; randomised: by random directions on the device;
                          auto: exact for small matrices and where nearly all ranks are kept (default)
  --overwrite             replace an adapter that is in DIR
${COMMON_USAGE}
  --json                  print the report as JSON on standard output
  --help                  print this

Exit code: 0 done, 1 failed, 2 the command line is wrong, 130 interrupted.`;

export interface ExtractArguments extends CommonArguments {
  readonly model: string;
  readonly base: string;
  readonly out: string;
  readonly overwrite: boolean;
  readonly options: ExtractionOptions;
}

const OPTIONS = {
  model: { type: "string" },
  "base-model": { type: "string" },
  out: { type: "string" },
  "out-path": { type: "string" },
  "max-rank": { type: "string", default: "128" },
  "sv-epsilon": { type: "string", default: "0" },
  "distribute-scale": { type: "boolean", default: true },
  "no-distribute-scale": { type: "boolean", default: false },
  "embed-lora": { type: "boolean", default: false },
  "no-embed-lora": { type: "boolean", default: false },
  "skip-undecomposable": { type: "boolean", default: false },
  "save-module": { type: "string", multiple: true, default: [] as string[] },
  "include-regex": { type: "string", short: "i", multiple: true, default: [] as string[] },
  "exclude-regex": { type: "string", short: "e", multiple: true, default: [] as string[] },
  decomposition: { type: "string", default: "auto" },
  overwrite: { type: "boolean", default: false },
} as const;

/** The command line as values, `"help"`, or a sentence that says what is wrong with it. */
export function readExtractArguments(args: readonly string[]): ExtractArguments | "help" | Mistake {
  return readCommandLine(args, OPTIONS, read);
}

function read({ values, positionals }: Parsed<typeof OPTIONS>, common: CommonArguments): ExtractArguments | Mistake {
  const models = [...positionals, ...(values.model === undefined ? [] : [values.model])];
  const [model, ...others] = models;
  if (model === undefined) return { mistake: "No model is given. Name the fine-tune." };
  if (others.length > 0) return { mistake: `One model is expected, but ${models.length} are given.` };
  const base = values["base-model"];
  if (!base) return { mistake: "No base is given. Name the model that it was made from with --base-model BASE." };
  const out = values.out ?? values["out-path"];
  if (!out) return { mistake: "No output folder is given. Name one with --out DIR." };
  const maxRank = readWhole("max-rank", values["max-rank"], 1, MAX_RANK);
  if (typeof maxRank === "object") return maxRank;
  const svEpsilon = Number(values["sv-epsilon"]);
  if (!(svEpsilon >= 0 && Number.isFinite(svEpsilon)) || values["sv-epsilon"].trim() === "") {
    return { mistake: `--sv-epsilon is "${values["sv-epsilon"]}"; it must be a number from 0.` };
  }
  const decomposition = DECOMPOSITIONS.find((known) => known === values.decomposition);
  if (!decomposition) {
    return { mistake: `--decomposition is "${values.decomposition}"; it must be one of ${DECOMPOSITIONS.join(", ")}.` };
  }
  const include = readPatterns("include-regex", values["include-regex"]);
  const exclude = readPatterns("exclude-regex", values["exclude-regex"]);
  if ("mistake" in include) return include;
  if ("mistake" in exclude) return exclude;
  return {
    ...common,
    model,
    base,
    out,
    overwrite: values.overwrite,
    options: {
      maxRank,
      svEpsilon,
      embedLora: values["embed-lora"] && !values["no-embed-lora"],
      distributeScale: !values["no-distribute-scale"],
      skipUndecomposable: values["skip-undecomposable"],
      saveModules: values["save-module"],
      include: include.patterns,
      exclude: exclude.patterns,
      decomposition,
      seed: common.seed ?? 0,
    },
  };
}

function readPatterns(option: string, texts: readonly string[]): { readonly patterns: readonly RegExp[] } | Mistake {
  const patterns: RegExp[] = [];
  for (const text of texts) {
    try {
      patterns.push(new RegExp(text));
    } catch {
      return { mistake: `--${option} is "${text}", which is no regular expression.` };
    }
  }
  return { patterns };
}
