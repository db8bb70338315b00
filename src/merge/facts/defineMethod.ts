import { own } from "../../base/own";
import type { BoundMap } from "../../compute/kernels/map/map";
import type {
  MethodFacts,
  ParameterFacts,
  ResolvedParameters,
  StrengthFacts,
  TensorParameters,
} from "../../recipe/facts";
import type { MergeMethod, TensorTask, Tools } from "../types";

/** Parameters by name. */
export type ParameterTable = Readonly<Record<string, ParameterFacts>>;

type Value<F extends ParameterFacts> = F extends { readonly kind: "boolean" }
  ? boolean
  : F extends { readonly default: null }
    ? number | null
    : number;

/** What a table's parameters are once the recipe, or their defaults, have given them values. */
export type Values<T extends ParameterTable> = { readonly [K in keyof T]: Value<T[K]> };

/** One input of a tensor, with its parameters. A base has those that are required of others as 0. */
export type MethodInput<P extends ParameterTable> = Values<P> & { readonly model: string; readonly isBase: boolean };

/** What a method sees of one output tensor. Where there is a base, it is input 0; the others follow in recipe order. */
export interface MethodTask<G extends ParameterTable, P extends ParameterTable>
  extends Pick<TensorTask, "name" | "count" | "shape" | "seed"> {
  readonly parameters: Values<G>;
  readonly inputs: readonly MethodInput<P>[];
}

type Finding = ReturnType<NonNullable<MethodFacts["check"]>>[number];

/** New values of some parameters. */
interface Weakened<G extends ParameterTable, P extends ParameterTable> {
  readonly parameters?: Partial<Values<G>>;
  readonly inputs?: readonly Partial<Values<P>>[];
}

/** A merge method as it is written down: what it takes, what it says of mistakes, and what it does. */
export interface MethodDefinition<G extends ParameterTable, P extends ParameterTable>
  extends Pick<MethodFacts, "id" | "label" | "paper" | "whenShort" | "unlikeEmbeddings" | "skipsUnlikeShapes"> {
  readonly inputs: {
    /** How many inputs beside the base. */
    readonly others: MethodFacts["others"];
    readonly base: MethodFacts["base"];
  };
  /** Read from slice, module and top level only. */
  readonly parameters: G;
  /** Also read from the source or the `models` item. */
  readonly perModel: P;
  /** Mistakes in the numbers of a tensor; its base has none. */
  check?(tensor: {
    readonly elements: number;
    readonly parameters: Values<G>;
    readonly inputs: readonly Values<P>[];
  }): readonly Finding[];
  /** See `StrengthFacts`. */
  readonly strength?: {
    readonly joining?: Partial<Values<P>>;
    weaken(task: Pick<MethodTask<G, P>, "parameters" | "inputs">, strength: number): Weakened<G, P> | undefined;
  };
  /** See `MethodFacts`. Inputs in recipe order. */
  heeds?(task: Pick<MethodTask<G, P>, "parameters" | "inputs">): readonly boolean[];
  /** See `MergeMethod`. */
  unchanged?(task: MethodTask<G, P>): number | undefined;
  /** Runs the reductions (none for a plain map) and returns the map with its numbers. */
  prepare(task: MethodTask<G, P>, tools: Tools): Promise<BoundMap>;
}

/**
 * Makes a method of its definition: typed inside, where `task.inputs[k].weight` is a number because the declaration says so, and
 * plain for everybody else. Defaults stand in the declaration and nowhere else.
 */
export function defineMethod<const G extends ParameterTable, const P extends ParameterTable>(
  definition: MethodDefinition<G, P>,
): MergeMethod {
  const { inputs, parameters, perModel, check, strength, heeds, unchanged, prepare, ...facts } = definition;
  const { others, base } = inputs;
  const typed = (task: TensorTask): MethodTask<G, P> => ({
    ...task,
    parameters: valuesOf(parameters, task.parameters),
    inputs: task.inputs.map((input) => inputOf(perModel, input)),
  });
  return {
    ...facts,
    base,
    others,
    inputs: { min: totalOf(others.min, facts.whenShort, base), max: others.max + (base === "none" ? 0 : 1) },
    globals: parameters,
    perModel,
    ...(check && {
      check: (tensor) =>
        check({
          elements: tensor.elements,
          parameters: valuesOf(parameters, tensor.globals),
          inputs: tensor.perModel.map((given) => valuesOf(perModel, given)),
        }),
    }),
    ...(strength && { strength: strengthFacts(parameters, perModel, strength) }),
    ...(heeds && { heeds: (tensor) => heeds(numbersOf(parameters, perModel, tensor)) }),
    ...(unchanged && { unchanged: (task) => unchanged(typed(task)) }),
    prepare: (task, tools) => prepare(typed(task), tools),
  };
}

/** The least number of inputs of a slice: a method that copies what is alone can do with one. */
function totalOf(others: number, whenShort: MethodFacts["whenShort"], base: MethodFacts["base"]): number {
  return whenShort === "copy" ? 1 : others + (base === "required" ? 1 : 0);
}

/** Values of a table's parameters: as given, else their defaults; 0 for what is required and not given, as to a base. */
export function valuesOf<T extends ParameterTable>(table: T, given: ResolvedParameters): Values<T> {
  const entries = Object.entries(table).map(([name, facts]) => [name, numberOrFlag(facts, own(given, name))]);
  return Object.fromEntries(entries) as Values<T>;
}

function numberOrFlag({ kind, default: otherwise = 0 }: ParameterFacts, given: number | boolean | null | undefined) {
  const value = given ?? otherwise;
  if (kind === "boolean") return Boolean(value);
  return value === null ? null : Number(value);
}

function inputOf<P extends ParameterTable>(
  perModel: P,
  { model, isBase, parameters }: TensorTask["inputs"][number],
): MethodInput<P> {
  return { ...valuesOf(perModel, parameters), model, isBase };
}

function strengthFacts<G extends ParameterTable, P extends ParameterTable>(
  table: G,
  perModel: P,
  { joining, weaken }: NonNullable<MethodDefinition<G, P>["strength"]>,
): StrengthFacts {
  return {
    ...(joining && { joining: plain(joining) }),
    weaken({ globals, inputs }, strength) {
      const weakened = weaken(numbersOf(table, perModel, { globals, inputs }), strength);
      return (
        weakened && {
          globals: { ...globals, ...plain(weakened.parameters ?? {}) },
          inputs: inputs.map(({ isBase, parameters }, k) => ({
            isBase,
            parameters: { ...parameters, ...plain(weakened.inputs?.[k] ?? {}) },
          })),
        }
      );
    },
  };
}

/** The numbers of a planned tensor; models are not known by name there. */
function numbersOf<G extends ParameterTable, P extends ParameterTable>(
  table: G,
  perModel: P,
  { globals, inputs }: TensorParameters,
): Pick<MethodTask<G, P>, "parameters" | "inputs"> {
  return {
    parameters: valuesOf(table, globals),
    inputs: inputs.map((input) => inputOf(perModel, { ...input, model: "" })),
  };
}

/** Without its type. */
function plain(values: object): ResolvedParameters {
  return { ...values };
}
