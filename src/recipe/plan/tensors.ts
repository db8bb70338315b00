import { DTYPE_BYTES, type DType, isFloatDType } from "../../formats/dtypes";
import { elementCount } from "../../formats/tensor";
import { atLayer, isBuffer, type Weight } from "../../model/layout/layout";
import type { RowMap } from "../../model/sources/rowMap";
import { type CarriedTensor, carriedBehind, mergedBehind } from "./behindStack";
import type { PlannedModule, PlannedSlice, PlannedSource } from "./expand";
import { carriedModules } from "./inputs/carriedModules";
import { findInputs, type HeadDecision, type Target } from "./inputs/findInputs";
import { croppedBytes, fitInputs, type PresentInput } from "./inputs/fitInputs";
import { dtypeOf } from "./output/dtypes";
import { reportMissing, type TypedParameters, typedParameters } from "./parameters";
import type { PlannedInput, PlannedTensor } from "./plan";
import type { PlanContext } from "./planContext";
import { gradientPosition, type Levels, resolveGlobal, resolvePerModel } from "./resolve";

export interface PlannedTensors {
  /** In writing order. */
  readonly tensors: readonly PlannedTensor[];
  /** Rows of each tensor with a vocabulary axis, by output name. */
  readonly embeddings: ReadonlyMap<string, number>;
  readonly heads: readonly HeadDecision[];
  /** What the rows of some inputs are made of, by digest. */
  readonly rowMaps: Readonly<Record<string, RowMap>>;
}

/** Plans every tensor of the output from headers alone. What is wrong goes into the context's bag. */
export function planTensors(context: PlanContext, modules: readonly PlannedModule[]): PlannedTensors {
  const planner = new TensorPlanner(context);
  for (const module of modules) planner.planModule(module);
  for (const tensor of carriedModules(context, modules)) planner.carry(tensor);
  return planner.result();
}

/** The places of a module's output. Weights before the layers come from the first slice, those after them from the last. */
export function* targetsOf(module: PlannedModule): Generator<Target, void, undefined> {
  const { layout, slices } = module;
  const [first, last] = [slices[0], slices.at(-1)];
  if (!first || !last) return;
  for (const weight of layout.pre) yield { weight, slice: first };
  let output = 0;
  for (const slice of slices) {
    for (let inSlice = 0; inSlice < slice.layers; inSlice++, output++) {
      for (const weight of layout.layer) yield { weight, slice, layer: { output, inSlice } };
    }
  }
  const untie = !sameModels(first, last);
  for (const weight of layout.post) yield { weight, slice: last, untie };
  for (const weight of mergedBehind(module)) yield { weight, slice: last };
}

class TensorPlanner {
  readonly #drafts: { readonly order: string; readonly tensor: PlannedTensor }[] = [];
  readonly #embeddings = new Map<string, number>();
  readonly #heads: HeadDecision[] = [];
  readonly #rowMaps = new Map<string, RowMap>();

  constructor(readonly context: PlanContext) {}

  planModule(module: PlannedModule): void {
    for (const target of targetsOf(module)) this.#plan(target);
    for (const tensor of carriedBehind(this.context, module)) this.carry(tensor);
  }

  /**
   * Tensors are finished in the order of the names they are read by (the greatest of an output's input names), so that two
   * layers made from one are neighbours and a shard of the input is read once.
   */
  result(): PlannedTensors {
    const tensors = this.#drafts
      .toSorted((a, b) => byCodeUnits(a.order, b.order) || byCodeUnits(a.tensor.name, b.tensor.name))
      .map(({ tensor }) => tensor);
    return { tensors, embeddings: this.#embeddings, heads: this.#heads, rowMaps: Object.fromEntries(this.#rowMaps) };
  }

  #plan(target: Target): void {
    const { weight, slice, layer } = target;
    const name = atLayer(weight.name, layer?.output);
    const { inputs: found, head } = findInputs(this.context, target, name);
    if (head) this.#heads.push(head);
    const present = this.#inVocabulary(name, target, found);
    if (present.length === 0) return;
    const constant = isBuffer(name) || !present.every(({ stored }) => isFloatDType(stored.dtype));
    const tensor = constant ? this.#copyConstant(name, present) : this.#planMerge(name, slice, layer, weight, present);
    if (!tensor) return;
    const [order = name] = present
      .map(({ stored }) => stored.name)
      .sort(byCodeUnits)
      .reverse();
    this.#drafts.push({ order, tensor });
    if (weight.embedding) this.#embeddings.set(name, tensor.shape[0] ?? 0);
  }

  /** Inputs with a vocabulary axis as the output's vocabulary has them, where it is made anew; none with problems. */
  #inVocabulary(name: string, { weight, slice }: Target, found: readonly PresentInput[]): readonly PresentInput[] {
    const { vocabulary } = this.context;
    if (!vocabulary || !weight.embedding || !areRows(found)) return found;
    const { inputs, maps } = vocabulary.permuted(weight, slice, found, name) ?? { inputs: [], maps: [] };
    for (const map of maps) this.#rowMaps.set(map.digest, map);
    return inputs;
  }

  /** From the donor, whatever the method and its parameters. */
  carry({ name, stored }: CarriedTensor): void {
    const { donor, method, recipe } = this.context;
    const { reference: model } = donor;
    const source = { model, start: 0, parameters: new Map(), span: model.span, added: false };
    const isBase = method.base !== "none" && recipe.base?.identity === model.identity;
    const input = { source, isBase, stored, name: stored.name };
    const dtype = isFloatDType(stored.dtype) ? this.#outputDType(name, [input], true) : stored.dtype;
    if (dtype) this.#drafts.push({ order: stored.name, tensor: this.#copy(name, input, dtype, stored.shape, {}) });
  }

  /** Integers and buffers: arithmetic would make nonsense of them. From the base, else from the first model. */
  #copyConstant(name: string, present: readonly PresentInput[]): PlannedTensor | undefined {
    const { bag } = this.context;
    const chosen = baseOrFirst(present);
    if (!chosen) return undefined;
    const { dtype, shape } = chosen.stored;
    const facts = { model: chosen.source.model.key, dtype };
    if (present.some(({ stored }) => stored.dtype === "F64")) {
      bag.add({
        code: "plan/dtype",
        severity: "error",
        span: chosen.source.model.span,
        tensor: name,
        facts: { ...facts, dtype: "F64" },
      });
      return undefined;
    }
    if (!isFloatDType(dtype) && !isBuffer(name)) {
      bag.add({
        code: "plan/copied-integers",
        severity: "warning",
        span: chosen.source.model.span,
        tensor: name,
        facts,
      });
    }
    return this.#copy(name, chosen, dtype, shape, {});
  }

  #planMerge(
    name: string,
    slice: PlannedSlice,
    layer: Target["layer"],
    weight: Weight,
    present: readonly PresentInput[],
  ): PlannedTensor | undefined {
    const { context } = this;
    const levels: Levels = {
      sources: slice.sources.map(({ model, parameters }) => ({ identity: model.identity, parameters })),
      slice: slice.parameters,
      module: slice.moduleParameters,
      recipe: context.recipe.parameters,
    };
    const t = layer ? gradientPosition(layer.inSlice, slice.layers) : 0;
    const globals = typedParameters(
      context.method.globals,
      (parameter) => resolveGlobal(levels, parameter, { tensor: name, t }),
      (parameter) => reportMissing(context, parameter, name),
      name,
      context,
    );
    const settled = this.#settleInputs(levels, t, present);
    const taking = this.#choose(
      name,
      weight,
      settled.map(({ input }) => input),
    );
    if (!taking) return undefined;
    if (taking.action === "copy") {
      const dtype = this.#outputDType(name, taking.inputs, true);
      const [input] = taking.inputs;
      const own = settled.find((entry) => entry.input === input)?.parameters.values ?? {};
      const shape = this.#newShape(weight, taking.inputs) ?? input?.stored.shape ?? [];
      return input && dtype && this.#copy(name, input, dtype, shape, globals.values, own);
    }
    const shapeMade = this.#newShape(weight, taking.inputs);
    const fitted = shapeMade
      ? { inputs: taking.inputs, shape: shapeMade }
      : fitInputs(context, weight, name, taking.inputs);
    if (!fitted) return undefined;
    const { shape } = fitted;
    const merged = settled.filter(({ input }) => fitted.inputs.includes(input));
    const dtype = this.#outputDType(name, fitted.inputs, false);
    if (!dtype) return undefined;
    this.#check(name, shape, globals, merged);
    const onlyBase = merged.length === 1 && merged[0]?.input.isBase;
    return {
      name,
      shape,
      dtype,
      bytes: elementCount(shape) * DTYPE_BYTES[dtype],
      action: onlyBase ? "copy" : "merge",
      inputs: merged.map(({ input, parameters }) => plannedInput(input, shape, parameters.values)),
      parameters: globals.values,
    };
  }

  /** In a vocabulary that is made anew all inputs have all rows, or more. */
  #newShape({ embedding }: Weight, inputs: readonly PresentInput[]): readonly number[] | undefined {
    const { vocabulary } = this.context;
    return vocabulary && embedding && areRows(inputs) ? [vocabulary.rows, inputs[0]?.stored.shape[1] ?? 0] : undefined;
  }

  /** Parameters of each input. A base that was added and has no weight of its own takes no part in a method without base. */
  #settleInputs(levels: Levels, t: number, present: readonly PresentInput[]) {
    const { context } = this;
    const settled: { readonly input: PresentInput; readonly parameters: TypedParameters }[] = [];
    for (const input of present) {
      const { source, isBase, name } = input;
      const { identity } = source.model;
      let ignored = false;
      const missing = (parameter: string): null => {
        if (source.added && context.method.base === "none") ignored = true;
        else if (!isBase) reportMissing(context, parameter, name, source.model);
        return null;
      };
      const resolve = (parameter: string) => resolvePerModel(levels, identity, parameter, { tensor: name, t });
      const parameters = typedParameters(context.method.perModel, resolve, missing, name, context);
      if (ignored) this.#reportIgnoredBase(source);
      else settled.push({ input, parameters });
    }
    return settled;
  }

  #reportIgnoredBase({ model }: PlannedSource): void {
    const { bag, method } = this.context;
    bag.add({
      code: "plan/base-ignored",
      severity: "note",
      span: model.span,
      facts: { model: model.key, method: method.id, label: method.label },
    });
  }

  /** Whether the inputs of one tensor are merged, one of them is copied, or they cannot be used. */
  #choose(
    name: string,
    weight: Weight,
    inputs: readonly PresentInput[],
  ): { action: "merge" | "copy"; inputs: readonly PresentInput[] } | undefined {
    const { method, bag, recipe } = this.context;
    const base = inputs.find(({ isBase }) => isBase);
    const chosen = baseOrFirst(inputs);
    if (!chosen) return undefined;
    const others = inputs.length - (base ? 1 : 0);
    if (base && others === 0) return { action: "copy", inputs };
    if (inputs.length === 1 && method.whenShort === "copy") return { action: "copy", inputs };
    const lacksBase = method.base === "required" && !base;
    if (!lacksBase && others >= method.others.min) return { action: "merge", inputs };
    const facts = {
      method: method.id,
      label: method.label,
      found: inputs.length,
      expected: method.others.min + (base || lacksBase ? 1 : 0),
      model: chosen.source.model.key,
      lacks: lacksBase ? "base" : "models",
    } as const;
    if (weight.presence === "optional" && method.whenShort === "drop") {
      bag.add({
        code: "plan/dropped-tensor",
        severity: "warning",
        span: recipe.base?.span ?? recipe.method.span,
        tensor: name,
        facts,
      });
      return undefined;
    }
    if (weight.presence === "optional") {
      bag.add({
        code: "plan/copied-tensor",
        severity: "warning",
        span: recipe.base?.span ?? recipe.method.span,
        tensor: name,
        facts,
      });
      return { action: "copy", inputs: [chosen] };
    }
    bag.add({
      code: "plan/too-few-inputs",
      severity: "error",
      span: recipe.method.span,
      tensor: name,
      facts,
    });
    return undefined;
  }

  /**
   * `out_dtype`, else `dtype`, else as the base (or first input) stores it. What is stored as codes with scales is written in the
   * type that its config says the model computes in, as transformers does when it dequantises, else in BF16.
   */
  #outputDType(name: string, inputs: readonly PresentInput[], copied: boolean): DType | undefined {
    const { recipe, bag } = this.context;
    const stated = recipe.outDtype?.value ?? recipe.dtype?.value;
    const input = baseOrFirst(inputs);
    if (stated || !input) return stated;
    const stored = input.original ?? input.stored;
    if (stored.scaled) return dtypeOf(this.context.models.get(input.source.model.key)?.config) ?? "BF16";
    const { dtype } = stored;
    if (copied || dtype === "BF16" || dtype === "F16" || dtype === "F32") return dtype;
    bag.add({
      code: "plan/output-dtype",
      severity: "error",
      span: input.source.model.span,
      tensor: name,
      facts: { model: input.source.model.key, found: dtype },
    });
    return undefined;
  }

  /** What the method itself has to say about the resolved numbers. The base has none of its own. */
  #check(
    name: string,
    shape: readonly number[],
    globals: TypedParameters,
    inputs: readonly { readonly input: PresentInput; readonly parameters: TypedParameters }[],
  ): void {
    const { method, bag, recipe } = this.context;
    const others = inputs.filter(({ input }) => !input.isBase);
    const findings = method.check?.({
      elements: elementCount(shape),
      globals: globals.values,
      perModel: others.map(({ parameters }) => parameters.values),
    });
    for (const { severity, parameter, ...said } of findings ?? []) {
      const own = others.map(({ parameters }) => parameters.spans.get(parameter)).find((span) => span !== undefined);
      const span = globals.spans.get(parameter) ?? own ?? recipe.method.span;
      bag.addSaid(said, { severity, span }, name);
    }
  }

  #copy(
    name: string,
    input: PresentInput,
    dtype: DType,
    shape: readonly number[],
    parameters: PlannedTensor["parameters"],
    own: PlannedInput["parameters"] = {},
  ): PlannedTensor {
    const bytes = elementCount(shape) * DTYPE_BYTES[dtype];
    return { name, shape, dtype, bytes, action: "copy", inputs: [plannedInput(input, shape, own)], parameters };
  }
}

function plannedInput(
  input: PresentInput,
  shape: readonly number[],
  parameters: PlannedInput["parameters"],
): PlannedInput {
  const { source, stored, isBase, map } = input;
  return {
    model: source.model.key,
    tensor: stored.name,
    dtype: stored.dtype,
    shape: stored.shape,
    bytes: croppedBytes(input, shape),
    isBase,
    parameters,
    ...(map ? { rows: map.digest } : {}),
  };
}

/** Whether these are matrices of floats whose rows may stand side by side. */
function areRows(inputs: readonly PresentInput[]): boolean {
  const [first] = inputs;
  return inputs.every(
    ({ stored }) =>
      isFloatDType(stored.dtype) && stored.shape.length === 2 && stored.shape[1] === first?.stored.shape[1],
  );
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function baseOrFirst(inputs: readonly PresentInput[]): PresentInput | undefined {
  return inputs.find(({ isBase }) => isBase) ?? inputs[0];
}

function sameModels(a: PlannedSlice, b: PlannedSlice): boolean {
  const identities = (slice: PlannedSlice) =>
    slice.sources
      .map(({ model }) => model.identity)
      .sort()
      .join("\n");
  return identities(a) === identities(b);
}
