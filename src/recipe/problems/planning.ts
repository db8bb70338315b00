import type { Sentences } from "../../base/sentences";
import { agree, named, type Tensors } from "./tensors";

/** Facts of a method: its id for programs, and what people call it. */
interface Method {
  readonly method: string;
  readonly label: string;
}

interface CountFacts extends Method {
  readonly found: number;
  readonly min: number;
  readonly max: number;
  /** The base is among them, although `models` does not list it. */
  readonly added: "base" | undefined;
  readonly of: "recipe" | "slice";
}

function inputCount({ label, found, min, max, added, of }: CountFacts): string {
  const expected = min === max ? `exactly ${max}` : found > max ? `at most ${max}` : `at least ${min}`;
  const counted = added === undefined ? "" : ", the base counted (it is added to `models`)";
  return `${label} takes ${expected} model${max === 1 ? "" : "s"} per tensor, but ${of === "slice" ? "this slice" : "the recipe"} has ${found}${counted}. ${found > max ? "Remove" : "Add"} some.`;
}

interface ShortFacts extends Tensors, Method {
  readonly model: string;
  readonly found: number;
  readonly expected: number;
  readonly lacks: "base" | "models";
}

function why({ lacks, found, expected, ...of }: ShortFacts): string {
  return lacks === "base"
    ? `the base lacks ${agree(of, "it", "them")}`
    : `${expected} models must have ${agree(of, "it", "them")} and ${found} do${found === 1 ? "es" : ""}`;
}

/** An adapter that changes tensors of a model that does not have them so. */
interface AdapterFacts extends Tensors {
  readonly adapter: string;
  readonly model: string;
  readonly found: string;
}

interface MissingFacts extends Tensors, Method {
  readonly name: string;
  readonly model: string | undefined;
  /** It stands under a model, where this method does not look for it. */
  readonly place: "under-model" | "nowhere";
}

function missingParameter({ name, label, model, place, ...of }: MissingFacts): string {
  if (place === "under-model") {
    return `\`${name}\` stands under a model, where ${label} does not look for it. Move it to \`parameters:\` at the top level or of the slice.`;
  }
  const where =
    model === undefined
      ? "under the top-level `parameters:`"
      : `under ${model}, or once for all models under the top-level \`parameters:\``;
  return `${label} needs \`${name}\`, but ${named(of)}${model === undefined ? "" : ` of ${model}`} ${agree(of, "has", "have")} no value. Set it ${where}; where filters miss, end the list with \`- value: …\`.`;
}

interface UnknownFacts extends Method {
  readonly name: string;
  readonly known: string;
  readonly meant: string | undefined;
}

function unknownParameter({ name, label, known, meant }: UnknownFacts): string {
  if (meant !== undefined) return `${label} has no parameter \`${name}\`, it is ignored. Did you mean \`${meant}\`?`;
  if (known === "") return `${label} has no parameters; \`${name}\` is ignored.`;
  return `${label} has no parameter \`${name}\`, it is ignored. It has ${known}.`;
}

interface NoLayersFacts {
  readonly model: string;
  /** Of its layer range, where the recipe has slices. */
  readonly start: number | undefined;
  readonly end: number | undefined;
}

function noLayers({ model, start, end }: NoLayersFacts): string {
  return start === undefined
    ? `${model} has 0 layers: none of its tensors has a layer's number in its name. A merge needs at least 1.`
    : `The output would have 0 layers: layer_range [${start}, ${end}] of ${model} has none, nor has any other. The end is not included; write [${start}, ${start + 1}] for layer ${start}.`;
}

/** What is in the way of a plan, in English: models, layers, methods and their parameters. */
export const planningSentences = {
  "recipe/unknown-method": ({ found, known, meant }: { found: string; known: string; meant: string | undefined }) =>
    meant === undefined
      ? `There is no merge method \`${found}\`. Available: ${known}.`
      : `There is no merge method \`${found}\`. Did you mean \`${meant}\`?`,
  "plan/donor-is-input": ({ model }: { model: string }) =>
    `${model} is the donor and one of the models that are merged as well, so most of its rows come back as they are. Name a model of another architecture as the donor.`,
  "plan/donor-no-tokenizer": ({ model, role }: { model: string; role: "donor" | "base" }) =>
    role === "donor"
      ? `The donor ${model} has no tokenizer, so nobody knows which of its rows stand for which tokens. Add its tokenizer.json to the folder, or choose another donor.`
      : `${model}, which gives the result its tokenizer, has none, so nobody knows which rows a donor could lend to. Add its tokenizer.json to the folder.`,
  "plan/model-missing": ({ model, meant }: { model: string; meant: string | undefined }) =>
    meant === undefined
      ? `The model ${model} is not loaded. Add it from the Hub or drop its files, or change the name.`
      : `The model ${model} is not loaded, but ${meant} is: did you mean that? Else add it from the Hub or drop its files.`,
  "plan/adapter-alone": ({ model, base, meant }: { model: string; base: string | undefined; meant: string }) =>
    `${model} is an adapter (LoRA)${base === undefined ? "" : ` for ${base}`}, not a model: it has no weights of its own to merge. Write it behind its model, \`${meant}\`.`,
  "plan/not-an-adapter": ({ model }: { model: string }) =>
    `${model} stands behind a \`+\`, but is a model, not an adapter (LoRA). Name it as a model of its own.`,
  "plan/adapter-base": ({ adapter, base, model }: { adapter: string; base: string; model: string }) =>
    `${adapter} was trained on ${base} and is applied to ${model}. Where that is no fine-tune of the same model, the result is noise.`,
  "plan/adapter-lacks": ({ adapter, model, found, ...of }: AdapterFacts) =>
    `${adapter} changes ${named(of)} (${found}), but ${model} has no such tensor${of.tensors === 1 ? "" : "s"}. Use the adapter with the model that it was trained on.`,
  "plan/adapter-shape": ({ adapter, model, found, expected, ...of }: AdapterFacts & { readonly expected: string }) =>
    `${adapter} is made for another model than ${model}: for ${named(of)} it has ${found}, the model has ${expected}. Use the adapter with the model that it was trained on.`,
  "plan/method-name": ({ name }: { name: string }) =>
    `This recipe is called as the method \`${name}\` is: mergekit would take \`merge_method: ${name}\` for its result. Give it another name.`,
  "plan/same-model-twice": ({ model }: { model: string }) =>
    `${model} stands twice here and counts once, with the last layer range and the first parameters. To merge two of its layers, name it once with an explicit revision.`,
  "plan/architectures": ({ model, found, names }: { model: string; found: number; names: string }) =>
    `config.json of ${model} names ${found} architectures (${names}) instead of one. Choose one with {model: ${model}, override_architecture: …}.`,
  "plan/mixed-architectures": ({
    model,
    found,
    other,
    expected,
    known,
  }: {
    model: string;
    found: string;
    other: string;
    expected: string;
    known: "all" | "some";
  }) =>
    known === "all"
      ? `${model} is a ${found}, but ${other} is a ${expected}. If their tensors do match, write {model: ${model}, override_architecture: ${expected}}.`
      : `${model} is a ${found}, but ${other} is a ${expected}; their tensors are matched by name alone.`,
  "plan/inferred-architecture": ({ model, architecture }: { model: string; architecture: string }) =>
    `The architecture of ${model} (${architecture}) is not described here; its layers were found from the tensor names.`,
  "plan/experts-relaid": ({
    model,
    other,
    found,
    expected,
  }: {
    model: string;
    other: string;
    found: "packed" | "each";
    expected: "packed" | "each";
  }) =>
    `${model} stores its experts ${found === "packed" ? "packed in two tensors of a layer" : "one by one"}, and ${other} ${expected === "packed" ? "packed" : "one by one"} under other names. They are the same weights: they are read, and written, as ${other} stores them.`,
  "plan/other-prefix": ({
    model,
    other,
    found,
    expected,
  }: {
    model: string;
    other: string;
    found: string;
    expected: string;
  }) =>
    `The tensors of ${model} begin with "${found}" where those of ${other} begin with "${expected}"; they are taken for the same weights.`,

  "plan/multiple-modules": ({ modules, names }: { modules: number; names: string }) =>
    `This architecture has ${modules} modules (${names}), and slices do not say which one they mean. Write them under \`modules:\`, as \`NAME: {slices: …}\`.`,
  "plan/unknown-module": ({ module, names }: { module: string; names: string }) =>
    `This architecture has no module \`${module}\`. Its modules: ${names}.`,
  "plan/module-carried": ({
    module,
    model,
    bytes,
    ...of
  }: Tensors & { module: string; model: string; bytes: number }) =>
    `\`modules:\` does not name ${module}: ${named(of)} (${bytes} bytes) ${agree(of, "is", "are")} copied from ${model}. mergekit would leave ${agree(of, "it", "them")} out.`,
  "plan/beside-carried": ({
    module,
    model,
    bytes,
    ...of
  }: Tensors & { module: string; model: string; bytes: number }) =>
    `${module} lies beside the language model, which alone is merged: ${named(of)} (${bytes} bytes) ${agree(of, "is", "are")} copied from ${model}.`,
  "plan/layer-counts": ({
    model,
    found,
    other,
    expected,
  }: {
    model: string;
    found: number;
    other: string;
    expected: number;
  }) =>
    `${model} has ${found} layers, but ${other} has ${expected}. Whole models must have equally many; pick layers with \`slices:\`.`,
  "plan/layers-missing": ({
    model,
    key,
    found,
    expected,
  }: {
    model: string;
    key: string;
    found: number;
    expected: number;
  }) =>
    `config.json of ${model} says ${found} for \`${key}\`, but its files hold ${expected} layers. Download the model again, or correct the number.`,
  "plan/layer-range": ({ model, start, end, layers }: { model: string; start: number; end: number; layers: number }) =>
    `layer_range [${start}, ${end}] leaves ${model}, which has layers 0 to ${layers - 1}. The end is not included, so the last possible range ends at ${layers}.`,
  "plan/reversed-range": ({ start, end }: { start: number; end: number }) =>
    `layer_range [${start}, ${end}] ends before it begins and gives no layers. Swap its numbers.`,
  "plan/slice-lengths": ({ found, expected }: { found: number; expected: number }) =>
    `All sources of a slice must span equally many layers: this one has ${found}, the first has ${expected}.`,
  "plan/no-layers": noLayers,
  "plan/surplus-sources": ({ found, expected }: { found: number; expected: number }) =>
    `The last slice has ${found} sources, and all of them make the weights after the layers. mergekit uses the first ${expected} there, as many as the first slice has.`,
  "plan/too-many-tensors": ({ found, limit }: { found: number; limit: number }) =>
    `The output would have ${found} tensors; at most ${limit} are planned. Take fewer slices, or shorter ranges of layers.`,
  "plan/too-much-work": ({ found, limit }: { found: number; limit: number }) =>
    `To plan this recipe, ${found} filters and sources would have to be looked at for its tensors; at most ${limit} are. Use fewer filters (\`filter:\`) and sources.`,

  "plan/base-required": ({ label }: Method) =>
    `${label} needs a base model. Add \`base_model:\` with one of the models, or their ancestor.`,
  "plan/base-not-in-slice": ({ label, base }: Method & { base: string }) =>
    `${label} needs the base ${base} among the sources of every slice, and this one lacks it. Add it with the layers to compare with.`,
  "plan/base-ignored": ({ label, model }: Method & { model: string }) =>
    `${label} has no base: ${model} gives the output its config and tokenizer, but no weights. List it under \`models:\` with a weight to merge it.`,
  "plan/input-count": inputCount,
  "plan/missing-parameter": missingParameter,
  "plan/unknown-parameter": unknownParameter,
  "plan/parameter-level": ({ name }: Method & { name: string }) =>
    `\`${name}\` is read from the top level or the slice; under a model it does nothing. Move it.`,
  "plan/parameter-type": ({
    name,
    expected,
    found,
    ...of
  }: Tensors & { name: string; expected: "boolean" | "integer"; found: number }) =>
    `\`${name}\` must be ${expected === "boolean" ? "true or false" : "a whole number"}, but is ${found} for ${named(of)}.`,
  "plan/unmatched-filter": ({ name, filter }: { name: string; filter: string }) =>
    `The filter \`${filter}\` of \`${name}\` is part of no tensor's name, so this line does nothing. A filter is a piece of a name as it is written, such as \`mlp\` or \`layers.3.\`.`,

  "plan/missing-tensor": ({ model, ...of }: Tensors & { model: string }) =>
    `${model} has no tensor ${named(of)}, which its architecture requires. Download it again, or check that the models are of one kind.`,
  "plan/partial-tensor": ({ model, ...of }: Tensors & { model: string }) =>
    `${model} lacks ${named(of)}, which other models have. It takes no part there.`,
  "plan/too-few-inputs": (facts: ShortFacts) => `${facts.label} cannot merge ${named(facts)}: ${why(facts)}.`,
  "plan/copied-tensor": (facts: ShortFacts) =>
    `${named(facts)} cannot be merged with ${facts.label} (${why(facts)}); ${agree(facts, "it is", "they are")} copied from ${facts.model}.`,
  "plan/dropped-tensor": (facts: ShortFacts) =>
    `${named(facts)} cannot be merged with ${facts.label} (${why(facts)}); ${agree(facts, "it is", "they are")} left out of the output.`,
  "plan/dtype": ({ dtype, ...of }: Tensors & { model: string; dtype: string }) =>
    `${named(of)} ${agree(of, "is", "are")} stored as ${dtype}, which cannot be merged. Convert the model to F32 or BF16.`,
  "plan/copied-integers": ({ model, dtype, ...of }: Tensors & { model: string; dtype: string }) =>
    `${named(of)} ${agree(of, "holds", "hold")} integers (${dtype}); ${agree(of, "it is", "they are")} copied from ${model}, not merged.`,
  "plan/output-dtype": ({ model, found, ...of }: Tensors & { model: string; found: string }) =>
    `${model} stores ${named(of)} as ${found}, which cannot be written. Add \`dtype: bfloat16\` to the recipe.`,
  "plan/unnamed-tensor": (of: Tensors) =>
    `The description of this architecture does not name ${named(of)}; kept all the same.`,
  "plan/behind-merged": ({ layers, bytes, ...of }: Tensors & { layers: number; bytes: number }) =>
    `Behind the ${layers} layers of the stack: ${named(of)} (${bytes} bytes), as modules for multi-token prediction are stored. All models have this, so it is merged as the rest.`,
  "plan/behind-carried": ({
    model,
    layers,
    bytes,
    from,
    ...of
  }: Tensors & { model: string; layers: number; bytes: number; from: string }) =>
    `Behind the ${layers} layers of the output: ${named(of)} (${bytes} bytes), copied from ${model}, where the first is ${from}. Modules for multi-token prediction are stored so; this one was trained for that model's own layers.`,
  "plan/behind-left-out": ({ model, other, bytes, ...of }: Tensors & { model: string; other: string; bytes: number }) =>
    `Left out: ${named(of)} of ${model} (${bytes} bytes), behind its stack of layers. ${other}, which gives the output its config, has none. Such modules predict tokens further ahead; the model runs without them.`,
} satisfies Sentences;
