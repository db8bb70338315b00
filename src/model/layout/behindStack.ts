import { configNumber, DEPTH_KEYS } from "../config";
import type { ModelHeaders } from "../model";
import { atLayer, type BehindWeight, layerName } from "./layout";

/** A stack of layers in one model: `<root>.0` to `<root>.<depth - 1>`. Files may use any of the roots. */
export interface Stack {
  readonly roots: readonly string[];
  readonly depth: number;
}

/** Modules beside the stack that predict tokens further ahead: `mtp.…`, `model.mtp_layers.…`, `model.mtp_block.…`. */
const PREDICTOR = /^(mtp|nextn|mtp_\w+|\w+_mtp|nextn_\w+)$/;
/** Stacks of something else than text: their depth is another key's business. */
const OTHER_TOWER = /(^|[._])(vision|visual|vit|image|video|audio|speech|encoder|adapter|projector)/;
/** Config keys that count predicting modules, beside the number of layers. */
export const PREDICTOR_KEYS = [
  "num_nextn_predict_layers",
  "num_mtp_modules",
  "num_mtp_layers",
  "mtp_num_layers",
  "mtp_num_hidden_layers",
  "num_multi_token_predict_layers",
] as const;

/**
 * Tensors behind the stack: layers numbered from its depth up, as GLM-4.5 and DeepSeek-V3 store the module that predicts
 * the token after the next one, and modules named for it (Qwen3-Next, MiMo, ERNIE). transformers passes over both when it
 * loads a model, so they are no layers of it; other loaders draft with them.
 * @param stackOf the stack of a checkpoint, where one is known
 */
export function findBehind(
  checkpoints: readonly ModelHeaders[],
  stackOf: (checkpoint: ModelHeaders) => Stack | undefined,
): { readonly weights: readonly BehindWeight[]; has(key: string, tensor: string): boolean } {
  const weights = new Map<string, BehindWeight & { owners: Set<string> }>();
  const found = new Map<string, Set<string>>();
  for (const checkpoint of checkpoints) {
    const { key } = checkpoint;
    const stack = stackOf(checkpoint);
    for (const tensor of checkpoint.tensors.keys()) {
      const behind = (stack && beyondStack(tensor, stack)) ?? predictorOf(tensor);
      if (!behind) continue;
      const id = `${behind.group}\n${behind.name}`;
      const weight = weights.get(id) ?? { ...behind, owners: new Set<string>() };
      weight.owners.add(key);
      weights.set(id, weight);
      found.set(key, (found.get(key) ?? new Set<string>()).add(tensor));
    }
  }
  return { weights: [...weights.values()], has: (key, tensor) => found.get(key)?.has(tensor) ?? false };
}

/** The name of a weight behind a stack of `depth` layers. */
export function nameBehind({ name, beyond }: BehindWeight, depth: number): string {
  return beyond === undefined ? name : atLayer(name, depth + beyond);
}

function beyondStack(tensor: string, { roots, depth }: Stack): Omit<BehindWeight, "owners"> | undefined {
  const [main = ""] = roots;
  for (const root of roots) {
    const before = root === "" ? "" : `${root}.`;
    if (!tensor.startsWith(before)) continue;
    const [, digits = "", rest = ""] = /^(0|[1-9]\d{0,8})(?:\.(.+))?$/.exec(tensor.slice(before.length)) ?? [];
    if (digits === "" || Number(digits) < depth) continue;
    const beyond = Number(digits) - depth;
    return { name: layerName(main, rest), beyond, group: `${main}+${beyond}` };
  }
  return undefined;
}

function predictorOf(tensor: string): Omit<BehindWeight, "owners"> | undefined {
  const parts = tensor.split(".");
  const numbered = parts.findIndex((part) => /^\d+$/.test(part));
  const modules = parts.slice(0, numbered < 0 ? -1 : numbered);
  const at = modules.findIndex((part) => PREDICTOR.test(part));
  return at < 0 ? undefined : { name: tensor, group: modules.slice(0, at).concat("mtp").join(".") };
}

/**
 * The stack of an architecture that nobody described, where its config counts fewer layers than the files hold: the one
 * stack of text that has all the layers counted, and not as many again behind them.
 */
export function countedStack(checkpoint: ModelHeaders): Stack | undefined {
  const depth = DEPTH_KEYS.map((key) => configNumber(checkpoint.config, key)).find((count) => count !== undefined);
  if (depth === undefined || depth === 0) return undefined;
  const layers = new Map<string, Set<number>>();
  for (const tensor of checkpoint.tensors.keys()) {
    const [, root, digits] = /^(?:(.*?)\.)?(\d{1,9})(?:\.|$)/.exec(tensor) ?? [];
    if (digits === undefined || OTHER_TOWER.test(root ?? "") || predictorOf(tensor)) continue;
    layers.set(root ?? "", (layers.get(root ?? "") ?? new Set<number>()).add(Number(digits)));
  }
  const deeper = [...layers].filter(([, numbers]) => {
    const counted = [...numbers].filter((number) => number < depth).length;
    const behind = numbers.size - counted;
    return counted === depth && behind > 0 && behind <= depth;
  });
  const [only] = deeper;
  return only && deeper.length === 1 ? { roots: [only[0]], depth } : undefined;
}
