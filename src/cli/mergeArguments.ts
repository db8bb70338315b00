import { parseArgs } from "node:util";
import type { DeviceChoice } from "./nodeDevice";

export const USAGE = `Usage: npm run merge -- RECIPE --out DIR [options]

Merges language models as a mergekit recipe says. Models are folders (paths from where you stand) or Hub ids.

  --out DIR           folder for the merged model; an interrupted run in it is taken up again
  --device DEVICE     webgpu, cpu or auto (default: auto, WebGPU if there is one)
  --seed N            seed of random masks (default: the recipe's, or 0)
  --shard-size SIZE   bytes of tensors per file: a whole number with K, M or B, 0 for one file (default: 5B)
  --allow-non-finite  go on where weights are NaN or Inf
  --overwrite         replace a model that is in DIR
  --hub URL           base of the Hub (default: https://huggingface.co); HF_TOKEN is sent to it where needed
  --quiet             no progress
  --json              print the report as JSON on standard output
  --help              print this

Exit code: 0 done, 1 failed, 2 the recipe or the command line is wrong, 130 interrupted.`;

export interface MergeArguments {
  readonly recipe: string;
  readonly out: string;
  readonly device: DeviceChoice;
  readonly seed?: number;
  readonly shardBytes: number;
  readonly allowNonFinite: boolean;
  readonly overwrite: boolean;
  readonly hub: string;
  readonly quiet: boolean;
  readonly json: boolean;
}

/** Seeds are 32-bit. */
const MAX_SEED = 2 ** 32 - 1;

const DEVICES: readonly string[] = ["webgpu", "cpu", "auto"] satisfies readonly DeviceChoice[];

/** The command line as values, `"help"`, or a sentence that says what is wrong with it. */
export function readMergeArguments(args: readonly string[]): MergeArguments | "help" | { readonly mistake: string } {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return { mistake: error instanceof Error ? error.message : String(error) };
  }
  const { values, positionals } = parsed;
  if (values.help) return "help";
  const [recipe, ...others] = positionals;
  if (recipe === undefined) return { mistake: "No recipe is given. Name a YAML file." };
  if (others.length > 0) return { mistake: `One recipe is expected, but ${positionals.length} are given.` };
  if (!values.out) return { mistake: "No output folder is given. Name one with --out DIR." };
  if (!isDevice(values.device)) {
    return { mistake: `--device is "${values.device}"; it must be one of ${DEVICES.join(", ")}.` };
  }
  const seed = values.seed === undefined ? undefined : readSeed(values.seed);
  if (seed === "mistake")
    return { mistake: `--seed is "${values.seed}"; it must be a whole number from 0 to ${MAX_SEED}.` };
  const shardBytes = readSize(values["shard-size"]);
  if (shardBytes === undefined) {
    return {
      mistake: `--shard-size is "${values["shard-size"]}"; it must be a whole number, with K, M or B for thousands, millions or billions of bytes.`,
    };
  }
  return {
    recipe,
    out: values.out,
    device: values.device,
    ...(seed === undefined ? {} : { seed }),
    shardBytes,
    allowNonFinite: values["allow-non-finite"],
    overwrite: values.overwrite,
    hub: values.hub.replace(/\/+$/, ""),
    quiet: values.quiet,
    json: values.json,
  };
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      out: { type: "string" },
      device: { type: "string", default: "auto" },
      seed: { type: "string" },
      "shard-size": { type: "string", default: "5B" },
      "allow-non-finite": { type: "boolean", default: false },
      overwrite: { type: "boolean", default: false },
      hub: { type: "string", default: "https://huggingface.co" },
      quiet: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
}

function isDevice(text: string): text is DeviceChoice {
  return DEVICES.includes(text);
}

function readSeed(text: string): number | "mistake" {
  const seed = Number(text);
  return /^\d+$/.test(text) && seed <= MAX_SEED ? seed : "mistake";
}

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 1e3, M: 1e6, B: 1e9 };

/** Sizes as mergekit writes them: a whole number with a decimal unit. */
function readSize(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d+)([KMB]?)$/.exec(text) ?? [];
  const size = Number(digits) * (UNITS[unit] ?? 1);
  return digits !== undefined && Number.isSafeInteger(size) ? size : undefined;
}
