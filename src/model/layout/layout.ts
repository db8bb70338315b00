import type { TensorFacts } from "../../formats/tensor";
import type { ArchitectureDefinition } from "../architectures/define";

/** Stands for the layer's number in the names of layer weights. */
const LAYER = "{layer}";

/** A weight of a model's layout. Names of layer weights hold a place for the number: see `atLayer`. */
export interface Weight {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly tied: readonly string[];
  /**
   * Who must have it. `required`: every input. `optional`: those that have it take part; if none has, it is not written.
   * `together`: every input if any has it.
   */
  readonly presence: "required" | "optional" | "together";
  /** Axis 0 is the vocabulary. */
  readonly embedding: boolean;
}

/**
 * A weight that belongs to no layer of the stack and is kept behind it: a module that predicts tokens further ahead. See
 * `findBehind`.
 */
export interface BehindWeight {
  /** Holds a place for the number where the weight lies in a layer beyond the stack. */
  readonly name: string;
  /** Number of that layer, counted from the stack's depth; absent for a module with a name of its own. */
  readonly beyond?: number;
  /** The same for all weights of one module. */
  readonly group: string;
  /** Keys of the checkpoints that have it. */
  readonly owners: ReadonlySet<string>;
}

/** A stack of layers and the weights around it. Ordinary language models have one. */
export interface ModuleLayout {
  readonly name: string;
  readonly pre: readonly Weight[];
  readonly layer: readonly Weight[];
  readonly post: readonly Weight[];
  readonly behind?: readonly BehindWeight[];
  /** Number of layers of each checkpoint, by key. */
  readonly depths: ReadonlyMap<string, number>;
  /** Where config.json says it; absent for an inferred layout. */
  readonly depthKey?: string;
  /** Of what lies beside a language model: the checkpoints that have it. A model of text alone has no tower. */
  readonly owners?: ReadonlySet<string>;
}

/** Where the tensors of a set of like models are. */
export interface Layout {
  readonly modules: readonly ModuleLayout[];
  /** Absent: inferred from headers. */
  readonly definition?: ArchitectureDefinition;
  /** Tensors the definition does not name. They are kept. */
  readonly unnamed: readonly string[];
}

/** A weight's name in a layer; names of weights outside layers are unchanged. */
export function atLayer(name: string, layer: number | undefined): string {
  return layer === undefined ? name : name.replace(LAYER, String(layer));
}

/** Whether a weight is one of a layer's, its name a pattern. */
export function isInLayers({ name }: Weight): boolean {
  return name.includes(LAYER);
}

/** What stands in a layer weight's name before the number, and after the number and its dot. */
export function aroundLayer(name: string): readonly [before: string, after: string] {
  const [before = name, after = ""] = name.split(LAYER);
  return [before, after.replace(/^\./, "")];
}

/** The name pattern of a layer weight. */
export function layerName(root: string, rest: string): string {
  return `${root === "" ? "" : `${root}.`}${LAYER}${rest === "" ? "" : `.${rest}`}`;
}

/** Finds a weight in a model by name, then aliases, then (not `own`) the weights it may be tied to. */
export function findTensor<T extends TensorFacts>(
  model: { readonly tensors: ReadonlyMap<string, T> },
  weight: Weight,
  layer: number | undefined,
): { readonly tensor: T; readonly own: boolean } | undefined {
  for (const [names, own] of [
    [[weight.name, ...weight.aliases], true],
    [weight.tied, false],
  ] as const) {
    for (const name of names) {
      const tensor = model.tensors.get(atLayer(name, layer));
      if (tensor) return { tensor, own };
    }
  }
  return undefined;
}

/**
 * Constants that old checkpoints stored beside their weights: rotary frequencies, causal masks, position numbers. They are
 * copied, never merged: half of a mask plus half of a mask in another dtype is no mask.
 */
export function isBuffer(name: string): boolean {
  return /(^|\.)(rotary_emb\.inv_freq|attn\.(masked_)?bias|attention\.(masked_)?bias|position_ids)$/.test(name);
}
