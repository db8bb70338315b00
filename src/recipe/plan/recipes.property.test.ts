import fc from "fast-check";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import { toyLlama } from "../../model/checkpoint.testing";
import { testMethods } from "./methods.testing";
import { planMerge } from "./planMerge";

/*
 * Random recipes, and what they mean by a reader that knows nothing of the planner: it looks at the plain data that the text was made
 * of, tensor by tensor, by the rules as the reference words them.
 */

type Value = number | readonly number[];
type Setting = Value | readonly { readonly filter?: string; readonly value: Value }[];
type Settings = Readonly<Record<string, Setting>>;
interface Source {
  readonly model: string;
  readonly layer_range?: readonly [number, number];
  readonly parameters?: Settings;
}
interface Slice {
  readonly sources: readonly Source[];
  readonly parameters?: Settings;
}
interface Part {
  readonly models?: readonly Source[];
  readonly slices?: readonly Slice[];
  readonly parameters?: Settings;
}
interface Document extends Part {
  readonly name?: string;
  readonly merge_method: string;
  readonly base_model?: string;
  readonly modules?: { readonly default: Part };
}

const LAYERS = 4;
const LAYER_WEIGHTS = [
  ...["q_proj", "k_proj", "v_proj", "o_proj"].map((name) => `self_attn.${name}`),
  ...["gate_proj", "up_proj", "down_proj"].map((name) => `mlp.${name}`),
  "input_layernorm",
  "post_attention_layernorm",
];

/** Globals and parameters of inputs, with their defaults; `undefined` for those that must be set. */
const METHODS: Readonly<Record<string, readonly [globals: Defaults, perModel: Defaults, base: boolean]>> = {
  linear: [{ normalize: true }, { weight: undefined }, false],
  passthrough: [{}, { scale: null }, false],
  slerp: [{ t: undefined }, {}, true],
  task_arithmetic: [
    { normalize: false, rescale: false, lambda: 1, int8_mask: false },
    { weight: undefined, density: 1 },
    true,
  ],
};
type Defaults = Readonly<Record<string, number | boolean | null | undefined>>;

interface Expected {
  readonly globals: Readonly<Record<string, number | boolean | null>>;
  readonly inputs: readonly (readonly [model: string, tensor: string, parameters: object])[];
}

/** What each tensor of a document is made of. */
function meaningOf(document: Document, depths: ReadonlyMap<string, number>): ReadonlyMap<string, Expected> {
  const part: Part = document.modules?.default ?? document;
  const moduleSettings = document.modules ? (part.parameters ?? {}) : {};
  const [globals, perModel, needsBase] = METHODS[document.merge_method] ?? [{}, {}, false];
  const slices: readonly Slice[] = part.slices ?? [{ sources: wholeModels(document, part, depths) }];
  const made = new Map<string, Expected>();

  function put(output: string, slice: Slice, input: (source: Source) => string, t: number): void {
    const levels = [slice.parameters, moduleSettings, document.parameters];
    const own = (defaults: Defaults, look: (name: string) => number | undefined, exempt: boolean) =>
      Object.fromEntries(
        Object.entries(defaults).map(([name, otherwise]) => {
          const found = look(name);
          if (found === undefined) return [name, otherwise ?? (exempt ? null : otherwise)];
          return [name, typeof otherwise === "boolean" ? found === 1 : found];
        }),
      );
    const byModel = new Map<string, Source>();
    for (const source of slice.sources) byModel.set(source.model, source); // the last range counts
    made.set(output, {
      globals: own(globals, (name) => read(levels, name, output, t), false) as Expected["globals"],
      inputs: [...byModel.values()].map((source) => {
        const entries = slice.sources.filter(({ model }) => model === source.model).map(({ parameters }) => parameters);
        const isBase = needsBase && source.model === document.base_model;
        const tensor = input(source);
        return [
          source.model,
          tensor,
          own(perModel, (name) => read([...entries, ...levels], name, tensor, t), isBase),
        ] as const;
      }),
    });
  }

  const [first, last] = [slices[0], slices.at(-1)];
  if (!first || !last) return made;
  put("model.embed_tokens.weight", first, () => "model.embed_tokens.weight", 0);
  let output = 0;
  for (const slice of slices) {
    const [from, to] = slice.sources[0]?.layer_range ?? [0, 0];
    const count = to - from;
    for (let i = 0; i < count; i++) {
      for (const weight of LAYER_WEIGHTS) {
        const name = (layer: number) => `model.layers.${layer}.${weight}.weight`;
        put(
          name(output),
          slice,
          ({ layer_range: [start] = [0, 0] }) => name(start + i),
          count > 1 ? i / (count - 1) : 1,
        );
      }
      output++;
    }
  }
  for (const name of ["model.norm.weight", "lm_head.weight"]) put(name, last, () => name, 0);
  return made;
}

function wholeModels(
  { base_model: base }: Document,
  part: Part,
  depths: ReadonlyMap<string, number>,
): readonly Source[] {
  const listed = part.models ?? [];
  const all = base === undefined || listed.some(({ model }) => model === base) ? listed : [...listed, { model: base }];
  return all.map((source) => ({ ...source, layer_range: [0, depths.get(source.model) ?? 0] as const }));
}

/** The first level that says something of this tensor. */
function read(levels: readonly (Settings | undefined)[], name: string, tensor: string, t: number): number | undefined {
  for (const level of levels) {
    const setting = level?.[name];
    if (setting === undefined) continue;
    const lines = Array.isArray(setting) && typeof setting[0] === "object" ? setting : [{ value: setting }];
    for (const line of lines as readonly { filter?: string; value: Value }[]) {
      if (line.filter === undefined || line.filter === "*" || tensor.includes(line.filter)) return along(line.value, t);
    }
  }
  return undefined;
}

function along(value: Value, t: number): number {
  if (typeof value === "number") return value;
  const s = t * (value.length - 1);
  const low = Math.floor(s);
  const high = Math.min(value.length - 1, low + 1);
  return (1 - (s - low)) * (value[low] ?? Number.NaN) + (s - low) * (value[high] ?? Number.NaN);
}

const number = fc.integer({ min: -8, max: 8 }).map((eighths) => eighths / 8);
const value: fc.Arbitrary<Value> = fc.oneof(number, fc.array(number, { minLength: 1, maxLength: 4 }));
const FILTERS = ["mlp", "self_attn", "norm", "layers.1.", "layers.3", "embed", "lm_head", "*", "q_proj"];
const filtered = fc
  .array(fc.record({ filter: fc.constantFrom(...FILTERS), value }), { minLength: 1, maxLength: 3 })
  .chain((lines) => fc.boolean().map((ends) => (ends ? [...lines, { value: 0.5 }] : lines)));
const setting: fc.Arbitrary<Setting> = fc.oneof(value, filtered);

/** Some parameters at one level; what the method cannot do without stands at the top. */
function settings(names: readonly string[]): fc.Arbitrary<Settings> {
  return fc.subarray([...names]).chain((some) => fc.record(Object.fromEntries(some.map((name) => [name, setting]))));
}

const NUMBERS: Readonly<Record<string, readonly [globals: readonly string[], perModel: readonly string[]]>> = {
  linear: [[], ["weight"]],
  passthrough: [[], ["scale"]],
  slerp: [["t"], []],
  task_arithmetic: [["lambda"], ["weight", "density"]],
};

/** @param models names that can be taken, with their depths */
function document(models: ReadonlyMap<string, number>): fc.Arbitrary<Document> {
  return fc.constantFrom(...Object.keys(NUMBERS)).chain((method) => {
    const [globals = [], perModel = []] = NUMBERS[method] ?? [];
    const names = [...models.keys()];
    const alike = names.filter((name) => models.get(name) === LAYERS);
    const count = method === "passthrough" ? [1, 1] : method === "slerp" ? [2, 2] : [2, 3];
    const taken = (from: readonly string[]) =>
      fc.shuffledSubarray([...from], {
        minLength: Math.min(count[0] ?? 1, from.length),
        maxLength: Math.min(count[1] ?? 1, from.length),
      });
    const entry = (model: string) => settings(perModel).map((parameters) => ({ model, parameters }));
    const models_ = taken(alike).chain((some) => fc.tuple(...some.map(entry)).map((entries) => ({ models: entries })));
    const slice = fc.tuple(taken(names), fc.integer({ min: 0, max: 3 })).chain(([some, most]) => {
      const length = some.reduce((least, model) => Math.min(least, models.get(model) ?? 0), most);
      const source = (model: string) =>
        fc
          .tuple(entry(model), fc.integer({ min: 0, max: (models.get(model) ?? 0) - length }))
          .map(([own, start]) => ({ ...own, layer_range: [start, start + length] as const }));
      return fc.record({
        parameters: settings([...globals, ...perModel]),
        sources: fc.tuple(...some.map(source)),
      });
    });
    // One that has layers, so that there is a model.
    const slices = fc
      .array(slice, { minLength: 1, maxLength: 3 })
      .filter((all) =>
        all.some(({ sources }) => (sources[0]?.layer_range[1] ?? 0) > (sources[0]?.layer_range[0] ?? 0)),
      );
    const part: fc.Arbitrary<Part> = fc.oneof(
      models_,
      slices.map((all) => ({ slices: all })),
    );
    const needed = [...globals.filter((name) => name === "t"), ...perModel.filter((name) => name === "weight")];
    return fc
      .record({ part, inModule: fc.boolean(), above: settings([...globals, ...perModel]), own: settings(perModel) })
      .map(({ part: body, inModule, above, own }): Document => {
        const base = method === "slerp" || method === "task_arithmetic" ? commonModel(body) : undefined;
        const parameters = { ...above, ...Object.fromEntries(needed.map((name) => [name, 0.25])) };
        const head = { merge_method: method, ...(base === undefined ? {} : { base_model: base }), parameters };
        return inModule ? { ...head, modules: { default: { ...body, parameters: own } } } : { ...head, ...body };
      })
      .filter((made) => made.base_model !== undefined || (method !== "slerp" && method !== "task_arithmetic"));
  });
}

/** A model that every slice has. */
function commonModel({ models, slices }: Part): string | undefined {
  const lists = models ? [models] : (slices ?? []).map(({ sources }) => sources);
  return lists[0]
    ?.map(({ model }) => model)
    .find((name) => lists.every((list) => list.some(({ model }) => model === name)));
}

/** Layers of what a document makes. */
function depthOf(made: ReadonlyMap<string, Expected>): number {
  return [...made.keys()].filter((name) => name.endsWith(".input_layernorm.weight")).length;
}

const LOADED = new Map([
  ["a", LAYERS],
  ["b", LAYERS],
  ["org/c@v1", LAYERS],
]);
const MODELS = new Map([...LOADED].map(([key, layers]) => [key, toyLlama(key, { layers })]));

/** One recipe, or one that feeds another. */
const text = document(LOADED).chain((first) =>
  fc.boolean().chain((chained): fc.Arbitrary<readonly Document[]> => {
    if (!chained) return fc.constant([first]);
    const depths = new Map([...LOADED, ["first result", depthOf(meaningOf(first, LOADED))]]);
    return document(depths).map((second) => [{ name: "first result", ...first }, second]);
  }),
);

it("random recipes mean what a plain reading of the rules says: names, inputs, rows, parameters", () => {
  let chained = 0;
  fc.assert(
    fc.property(text, (documents) => {
      const written = documents.map((each) => stringify(each)).join("---\n");
      const { plan, problems } = planMerge(written, MODELS, testMethods, { budgetBytes: 2 ** 26 });
      expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
      const first = documents.length > 1 ? meaningOf(documents[0] as Document, LOADED) : undefined;
      const depths = new Map([...LOADED, ...(first ? [["first result", depthOf(first)] as const] : [])]);
      const last = documents.at(-1) as Document;
      compare(plan?.tensors ?? [], meaningOf(last, depths));
      const [stage] = plan?.stages ?? [];
      if (stage && first) {
        compare(stage.plan.tensors, first);
        chained++;
      }
    }),
    { numRuns: 150 },
  );
  expect(chained).toBeGreaterThan(10);
});

type Planned = NonNullable<ReturnType<typeof planMerge>["plan"]>["tensors"];

function compare(tensors: Planned, meaning: ReadonlyMap<string, Expected>): void {
  expect(tensors.map(({ name }) => name).sort()).toEqual([...meaning.keys()].sort());
  for (const { name, inputs, parameters, shape } of tensors) {
    const wanted = meaning.get(name);
    expect(parameters, name).toEqual(wanted?.globals);
    const found = inputs.map((input) => [input.model, input.tensor, input.parameters]);
    expect(found, name).toEqual(wanted?.inputs);
    expect(shape[0], name).toBe(inputs[0]?.shape[0]);
  }
}
