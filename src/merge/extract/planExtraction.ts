import { isFloatDType, OUTPUT_DTYPES, type OutputDType } from "../../formats/dtypes";
import { architectureNames } from "../../model/config";
import { layoutOf } from "../../model/layout/layoutOf";
import type { Model, ModelTensor } from "../../model/model";
import { mergeFailure } from "../failures";
import { extractFailure } from "./failures";

/** What of a difference becomes an adapter; as mergekit's options have it. */
export interface ExtractionChoices {
  readonly maxRank: number;
  /** Singular values up to this are left out; 0 keeps as many as `maxRank` says. */
  readonly svEpsilon: number;
  /** Embeddings as products as well; otherwise they are kept whole, with the head. */
  readonly embedLora: boolean;
  /** Leaves out what is no matrix (norms), instead of keeping it whole. */
  readonly skipUndecomposable: boolean;
  /** Modules that are kept whole: full names, or the last parts of names. */
  readonly saveModules: readonly string[];
  /** Of modules that are not kept whole: those that any of these finds something in (all, where there are none) … */
  readonly include: readonly RegExp[];
  /** … and none of these. */
  readonly exclude: readonly RegExp[];
}

/** A matrix whose difference is written as a product. */
export interface ExtractedModule {
  readonly module: string;
  readonly model: ModelTensor;
  readonly base: ModelTensor;
  /** An embedding: factors have names of their own. */
  readonly kind: "linear" | "embedding";
  /** Stored [inputs, outputs], or an embedding: the product is of the difference turned. */
  readonly turned: boolean;
  /** The largest that it can have. */
  readonly rank: number;
  /** Type of the difference, and of the factors. */
  readonly dtype: OutputDType;
  readonly bias?: { readonly model: ModelTensor; readonly base: ModelTensor };
}

export interface ExtractionPlan {
  readonly modules: readonly ExtractedModule[];
  /** Tensors of the model that are kept whole. */
  readonly saved: readonly ModelTensor[];
  /** Last parts of the names of modules that are kept whole. */
  readonly savedModules: readonly string[];
  /** Tensors for which an adapter has no place: where the models differ in them, it does not say so. */
  readonly left: readonly string[];
  /** `fan_in_fan_out`. */
  readonly turned: boolean;
  /** Rows of the embeddings, where they differ: then those are kept whole. */
  readonly vocabularies?: { readonly base: number; readonly model: number };
}

/**
 * Decides from headers what an adapter that makes `model` of `base` holds: products for matrices, whole tensors for embeddings and
 * what is no matrix. As mergekit does it, by names and shapes in place of the classes of modules.
 * @throws {AwaseError} `extract/shape`, `extract/missing`, `extract/nothing`
 */
export function planExtraction(model: Model, base: Model, choices: ExtractionChoices): ExtractionPlan {
  return new Extraction(model, base, choices).plan();
}

class Extraction {
  readonly #modules: ExtractedModule[] = [];
  readonly #saved: ModelTensor[] = [];
  readonly #savedModules: Set<string>;
  readonly #done = new Set<string>();
  readonly #embeddings: ReadonlySet<string>;
  readonly #heads: ReadonlySet<string>;
  readonly #byColumns: boolean;

  constructor(
    private readonly model: Model,
    private readonly base: Model,
    private readonly choices: ExtractionChoices,
  ) {
    this.#savedModules = new Set(choices.saveModules);
    const [architecture] = architectureNames(model.config);
    const { modules, definition } = layoutOf([model], architecture);
    const named = (place: "pre" | "post") =>
      modules
        .flatMap((module) => module[place])
        .filter(({ embedding }) => embedding || (place === "pre" && definition))
        .flatMap(({ name, aliases }) => [name, ...aliases]);
    const tables = [...model.tensors.values()].filter(({ name, shape }) => shape.length === 2 && isTable(name));
    this.#heads = new Set([...named("post"), ...tables.filter(({ name }) => isHead(name)).map(({ name }) => name)]);
    this.#embeddings = new Set([
      ...named("pre"),
      ...tables.filter(({ name }) => !isHead(name)).map(({ name }) => name),
    ]);
    this.#byColumns = /^GPT2/.test(architecture ?? "");
  }

  plan(): ExtractionPlan {
    const vocabularies = this.#vocabularies();
    const embedLora = this.choices.embedLora && !vocabularies;
    for (const tensor of this.model.tensors.values()) {
      if (tensor.name.endsWith(".weight")) this.#module(tensor, embedLora);
    }
    if (this.#modules.length === 0 && this.#saved.length === 0) {
      throw extractFailure("extract/nothing", { model: this.model.key, base: this.base.key });
    }
    return {
      modules: this.#modules,
      saved: this.#saved,
      savedModules: [...this.#savedModules],
      left: [...this.model.tensors.keys()].filter((name) => !this.#done.has(name)),
      turned: this.#byColumns,
      ...(vocabularies ? { vocabularies } : {}),
    };
  }

  #module(tensor: ModelTensor, embedLora: boolean): void {
    const { choices } = this;
    const module = tensor.name.replace(/\.weight$/, "");
    const last = module.split(".").at(-1) ?? module;
    const isTable = this.#embeddings.has(tensor.name) || this.#heads.has(tensor.name);
    const excluded = choices.exclude.some((pattern) => pattern.test(module));
    if (isTable && !embedLora && !excluded) this.#savedModules.add(last);
    const included = choices.include.length === 0 || choices.include.some((pattern) => pattern.test(module));
    if (this.#savedModules.has(module) || this.#savedModules.has(last)) this.#save(module, tensor);
    else if (!included || excluded) this.#leave(module);
    else if (tensor.shape.length === 2) this.#extract(module, tensor);
    else if (choices.skipUndecomposable) this.#leave(module);
    else if (tensor.shape.length === 1) {
      this.#savedModules.add(last);
      this.#save(module, tensor);
    }
  }

  #extract(module: string, model: ModelTensor): void {
    const base = this.#ofBase(model);
    const [rows = 0, columns = 0] = model.shape;
    const kind = this.#embeddings.has(model.name) ? "embedding" : "linear";
    const own = this.model.tensors.get(`${module}.bias`);
    this.#done.add(model.name);
    if (own) this.#done.add(own.name);
    this.#modules.push({
      module,
      model,
      base,
      kind,
      turned: kind === "embedding" || (this.#byColumns && !this.#heads.has(model.name)),
      rank: Math.min(this.choices.maxRank, rows, columns),
      dtype: differenceDType(model, base),
      ...(own ? { bias: { model: own, base: this.#ofBase(own) } } : {}),
    });
  }

  #save(module: string, tensor: ModelTensor): void {
    const bias = this.model.tensors.get(`${module}.bias`);
    for (const each of bias ? [tensor, bias] : [tensor]) {
      this.#done.add(each.name);
      this.#saved.push(each);
    }
  }

  /** What was not asked for is not missed. */
  #leave(module: string): void {
    this.#done.add(`${module}.weight`);
    this.#done.add(`${module}.bias`);
  }

  #ofBase({ name, shape }: ModelTensor): ModelTensor {
    const { model, base } = this;
    const found = base.tensors.get(name);
    if (!found) throw extractFailure("extract/missing", { model: model.key, base: base.key, tensor: name });
    if (found.shape.length === shape.length && found.shape.every((size, axis) => size === shape[axis])) return found;
    const show = (sizes: readonly number[]) => `[${sizes.join(", ")}]`;
    const facts = { model: model.key, base: base.key, tensor: name, found: show(shape), expected: show(found.shape) };
    throw extractFailure("extract/shape", facts);
  }

  #vocabularies(): ExtractionPlan["vocabularies"] {
    for (const name of this.#embeddings) {
      const [model, base] = [this.model, this.base].map(({ tensors }) => tensors.get(name)?.shape[0]);
      if (model !== undefined && base !== undefined && model !== base) return { base, model };
    }
    return undefined;
  }
}

function isTable(name: string): boolean {
  return isHead(name) || /(?:^|[._])(?:embed\w*|wte|wpe|word_embeddings)\.weight$/.test(name);
}

function isHead(name: string): boolean {
  return /(?:^|[._])(?:lm_head|embed_out)\.weight$/.test(name);
}

/** A difference is rounded to the type of both, if they have one. */
function differenceDType(model: ModelTensor, base: ModelTensor): OutputDType {
  const same = model.dtype === base.dtype ? OUTPUT_DTYPES.find((dtype) => dtype === model.dtype) : undefined;
  for (const { name, dtype } of [model, base]) {
    if (!isFloatDType(dtype)) throw mergeFailure("merge/dtype", { tensor: name, model: "the model", dtype });
  }
  return same ?? "F32";
}
