import type { AwaseError } from "../../base/errors";
import { inWords } from "../../base/inWords";
import { own } from "../../base/own";
import { isFloatDType } from "../../formats/dtypes";
import type { JsonObject, ModelTensor } from "../model";
import type { Adapter, AdapterProduct, AdapterReplacement } from "./adapter";
import { adapterFailure } from "./failures";
import { otherKind } from "./kinds";
import { type ModulePattern, modulePattern } from "./patterns";

/** How peft begins the names of what it saves: its own wrapper, and the model in it. */
const WRAPPED = /^base_model\.model\./;
/** A factor: of a matrix, of an embedding, or the bias that goes with B. The adapter's name stands in it where no one took it out. */
const FACTOR = /^(.+)\.lora_(?:(embedding_)?([AB])(?:\.default)?(?:\.weight)?|B(?:\.default)?\.(bias))$/;
/** Wrappers around modules that peft trains whole or beside. */
const INNER = /\.(?:modules_to_save(?:\.default)?|base_layer)(?=\.)/g;

type Tensors = ReadonlyMap<string, ModelTensor>;

/** What belongs to one module. */
interface Factors {
  kind: AdapterProduct["kind"];
  a?: ModelTensor;
  b?: ModelTensor;
  bias?: ModelTensor;
}

/**
 * What an adapter does, from its config and its header; no weight is read. Scales are peft's: alpha / rank, with `use_rslora`
 * alpha / √rank, each with `rank_pattern` and `alpha_pattern`.
 * @throws {AwaseError} `adapter/kind`, `adapter/config`, `adapter/tensor`, `adapter/half`, `adapter/factors`, `adapter/rank`, `adapter/dtype`
 */
export function readAdapter(key: string, config: JsonObject, tensors: Tensors): Adapter {
  const kind = otherKind(config);
  if (kind !== undefined) throw adapterFailure("adapter/kind", { model: key, kind });
  if ([...tensors.keys()].some((name) => name.includes("lora_magnitude_vector"))) {
    throw adapterFailure("adapter/kind", {
      model: key,
      kind: "DoRA (weights decomposed into magnitude and direction)",
    });
  }
  const scaling = scalingOf(key, config);
  const { modules, replacements } = sorted(key, tensors);
  const { base_model_name_or_path: trained, fan_in_fan_out: transposed } = config;
  const base = typeof trained === "string" && trained !== "" ? trained.slice(0, 200) : undefined;
  const products = [...modules].map(([module, factors]) => productOf({ key, base, module }, factors, scaling));
  return {
    ...(base === undefined ? {} : { base }),
    transposed: transposed === true,
    products,
    replacements,
  };
}

function sorted(key: string, tensors: Tensors) {
  const modules = new Map<string, Factors>();
  const replacements: AdapterReplacement[] = [];
  for (const [stored, tensor] of tensors) {
    if (!isFloatDType(tensor.dtype))
      throw adapterFailure("adapter/dtype", { model: key, tensor: stored, dtype: tensor.dtype });
    const name = stored.replace(WRAPPED, "").replace(INNER, "");
    const [, module, embedding, factor, bias] = FACTOR.exec(name) ?? [];
    if (module === undefined) {
      if (/lora_|original_module|token_adapter/.test(name))
        throw adapterFailure("adapter/tensor", { model: key, tensor: stored });
      replacements.push({ name, tensor });
      continue;
    }
    const factors = modules.get(module) ?? { kind: embedding ? "embedding" : "linear" };
    modules.set(module, factors);
    if (bias) factors.bias = tensor;
    else factors[factor === "A" ? "a" : "b"] = tensor;
  }
  return { modules, replacements };
}

interface Scaling {
  readonly rankOf: (module: string) => number;
  /** @param rank above 0 */
  readonly scaleOf: (module: string, rank: number) => number;
}

function scalingOf(key: string, config: JsonObject): Scaling {
  const fault = (of: string, expected: string) =>
    adapterFailure("adapter/config", { model: key, key: of, found: inWords(own(config, of)), expected });
  // Where a config is silent, peft has 8 for both.
  const { r = 8, lora_alpha: alpha = 8, use_rslora: stabilised } = config;
  if (typeof r !== "number" || !Number.isSafeInteger(r) || r < 0) throw fault("r", "a whole number");
  if (typeof alpha !== "number" || !Number.isFinite(alpha)) throw fault("lora_alpha", "a number");
  const patternOf = (of: string): ModulePattern => {
    const pattern = modulePattern(config, of);
    if (pattern) return pattern;
    throw fault(of, "a dictionary from names of modules, or expressions for them, to numbers");
  };
  const [ranks, alphas] = [patternOf("rank_pattern"), patternOf("alpha_pattern")];
  return {
    rankOf: (module) => ranks(module) ?? r,
    scaleOf: (module, rank) => (alphas(module) ?? alpha) / (stabilised === true ? Math.sqrt(rank) : rank),
  };
}

function productOf(
  { key, base, module }: { readonly key: string; readonly base: string | undefined; readonly module: string },
  { kind, a, b, bias }: Factors,
  { rankOf, scaleOf }: Scaling,
): AdapterProduct {
  const prefix = kind === "embedding" ? "lora_embedding_" : "lora_";
  if (!a || !b) {
    throw adapterFailure("adapter/half", { model: key, base, module, expected: `${module}.${prefix}${a ? "B" : "A"}` });
  }
  const [rank = 0] = a.shape;
  if (a.shape.length !== 2 || b.shape.length !== 2 || b.shape[1] !== rank) {
    throw notFactors(key, module, a, b);
  }
  const expected = rankOf(module);
  if (expected !== rank) throw adapterFailure("adapter/rank", { model: key, module, found: rank, expected });
  return { module, kind, a, b, rank, scale: rank === 0 ? 0 : scaleOf(module, rank), ...(bias ? { bias } : {}) };
}

function notFactors(key: string, module: string, a: ModelTensor, b: ModelTensor): AwaseError {
  const show = ({ shape }: ModelTensor) => `[${shape.join(", ")}]`;
  return adapterFailure("adapter/factors", { model: key, module, a: show(a), b: show(b) });
}
