import { isObject } from "../../formats/json";
import { configValue } from "../config";
import type { JsonObject } from "../model";
import { type Scheme, schemeOf } from "./schemes";

/** What config.json says of how its weights were quantised. It may be stale: the tensors decide. */
export interface Claim {
  /** For people: "bitsandbytes 4-bit (nf4)", "compressed-tensors (pack-quantized)". */
  readonly format: string;
  readonly scheme?: Scheme;
  /** Codes per scale, [rows, columns], where it says so. */
  readonly block?: readonly [rows: number, columns: number];
  /** Rotations that the loader undoes while it runs: the weights alone are not the model's. */
  readonly transforms: boolean;
}

/** Where configs say it, the usual place first. `quantization` is MLX's, `compression_config` an older one. */
const PLACES = ["quantization_config", "compression_config", "quantization"].flatMap((key) => [
  key,
  `text_config.${key}`,
]);

/** The paths in config.json that speak of quantisation, for whoever writes a model that is not quantised. */
export function quantisationKeys(config: JsonObject): readonly (readonly string[])[] {
  return PLACES.filter((place) => isObject(configValue(config, place))).map((place) => place.split("."));
}

export function claimOf(config: JsonObject): Claim | undefined {
  const place = PLACES.find((candidate) => isObject(configValue(config, candidate)));
  const said = place === undefined ? undefined : configValue(config, place);
  if (!isObject(said)) return undefined;
  const scheme = schemeOf(methodOf(said));
  const details = detailsOf(said);
  const name = scheme?.name ?? (methodOf(said) || "quantization_config");
  const block = blockOf(said);
  return {
    format: details.length > 0 ? `${name} (${details.join(", ")})` : name,
    ...(scheme ? { scheme } : {}),
    ...(block ? { block } : {}),
    transforms: isObject(said.transform_config) && hasEntries(said.transform_config.config_groups),
  };
}

/** Configs of old versions do not name their method, but their keys do. */
function methodOf(said: JsonObject): string {
  const method = text(said.quant_method);
  if (/^bitsandbytes$/i.test(method) || method === "") {
    if (said.load_in_4bit === true) return "bitsandbytes_4bit";
    if (said.load_in_8bit === true) return "bitsandbytes_8bit";
  }
  if (method !== "") return method;
  return typeof said.bits === "number" && typeof said.group_size === "number" ? "mlx" : "";
}

function detailsOf(said: JsonObject): readonly string[] {
  const bits = typeof said.bits === "number" ? `${said.bits}-bit` : "";
  const nf4 = said.load_in_4bit === true ? text(said.bnb_4bit_quant_type) : "";
  return [bits, nf4, text(said.format), text(said.quant_algo)].filter((detail) => detail !== "");
}

/** `weight_block_size` of fine-grained fp8; of compressed-tensors `block_structure`, or `group_size` along a row. */
function blockOf(said: JsonObject): Claim["block"] {
  const stated = pair(said.weight_block_size);
  if (stated || !isObject(said.config_groups)) return stated;
  const blocks = Object.values(said.config_groups).map((group) => {
    const weights = isObject(group) && isObject(group.weights) ? group.weights : {};
    const size = weights.group_size;
    return pair(weights.block_structure) ?? (typeof size === "number" && size > 0 ? ([1, size] as const) : undefined);
  });
  const [first] = blocks;
  return blocks.every((block) => String(block) === String(first)) ? first : undefined;
}

/** `[128, 128]`, or `"128x128"`. */
function pair(value: unknown): Claim["block"] {
  const numbers = typeof value === "string" ? value.split("x").map(Number) : value;
  if (!Array.isArray(numbers) || numbers.length !== 2) return undefined;
  const [rows, columns] = numbers as unknown[];
  return isSize(rows) && isSize(columns) ? [rows, columns] : undefined;
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function hasEntries(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length > 0;
}

/** Short text from a file that anybody may have written. */
function text(value: unknown): string {
  return typeof value === "string" ? value.replace(/[^\w.,:#/+ -]/g, "").slice(0, 40) : "";
}
