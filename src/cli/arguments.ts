import { DEVICE_PREFERENCES, type DevicePreference } from "../compute/preference";

/* What the command lines have in common. Each reader gives the value, or a sentence that says what is wrong. */

export interface Mistake {
  readonly mistake: string;
}

/** Options every command has, for `parseArgs`. */
export const COMMON_OPTIONS = {
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

/** Seeds are 32-bit. */
const MAX_SEED = 2 ** 32 - 1;

const DEVICES: readonly string[] = DEVICE_PREFERENCES;

/** What `parseArgs` made of the common options. */
interface CommonValues {
  readonly device: string;
  readonly seed?: string | undefined;
  readonly hub: string;
  readonly quiet: boolean;
  readonly profile: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

/**
 * Reads a command line.
 * @param parse calls `parseArgs`, with `COMMON_OPTIONS` among its options
 * @param read makes the command's own arguments of what was parsed
 */
export function readCommandLine<P extends { readonly values: CommonValues }, A extends object>(
  parse: () => P,
  read: (parsed: P, common: CommonArguments) => A | Mistake,
): A | "help" | Mistake {
  let parsed: P;
  try {
    parsed = parse();
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
