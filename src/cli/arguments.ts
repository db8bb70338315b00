import { type ParseArgsConfig, parseArgs } from "node:util";
import { DEVICE_PREFERENCES, type DevicePreference } from "../compute/preference";

/* What the command lines have in common. Each reader gives the value, or a sentence that says what is wrong. */

export interface Mistake {
  readonly mistake: string;
}

/** Options every command has, for `parseArgs`. */
const COMMON_OPTIONS = {
  device: { type: "string", default: "auto" },
  seed: { type: "string" },
  hub: { type: "string", default: "https://huggingface.co" },
  quiet: { type: "boolean", default: false },
  profile: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

export const COMMON_USAGE = `  --device DEVICE     webgpu, wasm, cpu or auto (default: auto, a GPU if there is one, else WebAssembly on all cores)
  --seed N            seed of random masks (default: the recipe's, or 0)
  --hub URL           base of the Hub (default: https://huggingface.co); HF_TOKEN is sent to it where needed
  --quiet             no progress
  --profile           time every kernel, and print which took how long; slower`;

export interface CommonArguments {
  readonly device: DevicePreference;
  readonly seed?: number;
  readonly hub: string;
  readonly quiet: boolean;
  readonly profile: boolean;
  readonly json: boolean;
}

/** Tokens that an answer may be asked to have. */
export const MAX_ANSWER = 100_000;

/** Seeds are 32-bit. */
const MAX_SEED = 2 ** 32 - 1;

const DEVICES: readonly string[] = DEVICE_PREFERENCES;

/** A command's own options, for `parseArgs`. */
type Options = NonNullable<ParseArgsConfig["options"]>;

/** What `parseArgs` makes of options and of what stands between them. */
export type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; allowPositionals: true; options: O }>
>;

type CommonValues = Parsed<typeof COMMON_OPTIONS>["values"];

/**
 * Reads a command line.
 * @param options the command's own; it has the common ones as well
 * @param read makes the command's own arguments of what was parsed
 * @returns the arguments, `"help"`, or a sentence that says what is wrong with the command line
 */
export function readCommandLine<O extends Options, A extends object>(
  args: readonly string[],
  options: O,
  read: (parsed: Parsed<O>, common: CommonArguments) => A | Mistake,
): A | "help" | Mistake {
  let parsed: Parsed<O> & { readonly values: CommonValues };
  try {
    // The compiler does not see that values of joined options are those of both.
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...COMMON_OPTIONS, ...options },
    }) as unknown as typeof parsed;
  } catch (error) {
    return { mistake: error instanceof Error ? error.message : String(error) };
  }
  if (parsed.values.help) return "help";
  const common = readCommon(parsed.values);
  return "mistake" in common ? common : read(parsed, common);
}

function readCommon({ device, seed, hub, quiet, profile, json }: CommonValues): CommonArguments | Mistake {
  if (!isDevice(device)) return { mistake: `--device is "${device}"; it must be one of ${DEVICES.join(", ")}.` };
  if (!isWebAddress(hub)) {
    return { mistake: `--hub is "${hub}"; it must be an address such as https://huggingface.co.` };
  }
  const number = seed === undefined ? undefined : readWhole("seed", seed, 0, MAX_SEED);
  if (typeof number === "object") return number;
  return {
    device,
    ...(number === undefined ? {} : { seed: number }),
    hub: hub.replace(/\/+$/, ""),
    quiet,
    profile,
    json,
  };
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function isDevice(text: string): text is DevicePreference {
  return DEVICES.includes(text);
}

export function readWhole(option: string, text: string, least: number, most: number): number | Mistake {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  return { mistake: `--${option} is "${text}"; it must be a whole number from ${least} to ${most}.` };
}
