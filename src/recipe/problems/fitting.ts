import type { Sentences } from "../../base/sentences";
import { agree, named, type Tensors } from "./tensors";

/** A model that does not fit the one that gives the output its config. */
interface Misfit extends Tensors {
  readonly model: string;
  readonly other: string;
  /** Sizes that their configs say differently; empty where none differ. */
  readonly sizes: string;
}

interface Shapes {
  readonly found: string;
  readonly expected: string;
}

function inBrackets(text: string): string {
  return text && ` (${text})`;
}

interface LostTokens extends Tensors {
  readonly model: string;
  /** The model whose vocabulary the others are cut to; empty where it cannot be told. */
  readonly other: string;
  /** Rows that are kept, of those there were. */
  readonly rows: number;
  readonly found: number;
  readonly count: number;
  /** The first ids, and how many more there are. */
  readonly ids: string;
  readonly more: number;
  /** Roles of theirs, by the key that says it; empty where none has one. */
  readonly among: string;
  /** The model that would mend it as base; empty where none would. */
  readonly base: string;
  /** 1 where the method counts from the base. */
  readonly counts: number;
}

function tokensWithoutRows({ model, other, rows, found, count, ids, more, among, base, counts, ...of }: LostTokens) {
  const [token, verb] = count === 1 ? ["Token", "has"] : ["Tokens", "have"];
  const listed = more > 0 ? `${ids} and ${more} more` : ids;
  const what = `${token} ${listed}${among && ` (${among} among them)`} ${verb} no row`;
  const cut = `${named(of)} ${agree(of, "is", "are")} cut from ${found} to the ${rows} rows of ${other || "the other models"}`;
  const why = `${cut}, but the output gets the tokenizer of ${model}`;
  const aside = counts ? ` (what counts from the base, such as t, then counts from ${base})` : "";
  return base
    ? `${what}: ${why}. Make ${base} the base_model${aside}.`
    : `${what}: ${why}. Use models of one vocabulary, or a base_model whose tokens all have rows.`;
}

interface OtherTokens extends Tensors {
  readonly model: string;
  readonly other: string;
  /** Rows that mean other tokens, of those both have. */
  readonly found: number;
  readonly rows: number;
  /** The first of them; the token is empty where there is none. */
  readonly id: number;
  readonly token: string;
  readonly otherToken: string;
}

function example({ id, token, model, otherToken, other }: OtherTokens): string {
  return `token ${id} is ${token || "none"} in ${model} and ${otherToken} in ${other}`;
}

/** Models that do not fit together, in English: by shapes, configs, vocabularies and tokenizers. */
export const fittingSentences = {
  "plan/shape": ({ label, model, found, other, expected, sizes, ...of }: Misfit & Shapes & { label: string }) =>
    `${label} cannot merge ${named(of)}: ${model} has shape ${found}, but ${other} has ${expected}${sizes && ` (config.json: ${sizes})`}. Use models of one size and vocabulary.`,
  "plan/skipped-shape": ({ model, found, expected, ...of }: Tensors & Shapes & { model: string }) =>
    `${model} is left out of ${named(of)}: its shape is ${found}, the base's is ${expected}.`,
  "plan/cropped": ({ model, used, found, ...of }: Tensors & { model: string; used: string; found: string }) =>
    `${model} has another vocabulary size: of ${named(of)} the first ${used} of ${found} are used, and the rows beyond are lost.`,
  "plan/unlike-layers": ({ model, other, found, expected, sizes, ...of }: Misfit & Shapes) =>
    `${model} does not fit ${other}, whose config.json the output gets: ${named(of)} would have shape ${found}, where ${other} has ${expected}${inBrackets(sizes)}. Use models of one size.`,
  "plan/foreign-tensor": ({ model, other, sizes, ...of }: Misfit) =>
    `${model} has ${named(of)}, and the layers of ${other}, whose config.json the output gets, have nothing of the kind${inBrackets(sizes)}. Use models of one structure, or make ${model} the base_model.`,
  "plan/lacking-tensor": ({ model, other, sizes, ...of }: Misfit) =>
    `${model} gives nothing for ${named(of)}, which the layers of ${other} have and its config.json asks for${inBrackets(sizes)}. Use models of one structure.`,
  "plan/unlike-rows": ({
    model,
    found,
    other,
    otherTensor,
    expected,
    ...of
  }: Tensors & { model: string; found: number; other: string; otherTensor: string; expected: number }) =>
    `${named(of)} of ${model} ${agree(of, "has", "have")} ${found} rows, but ${otherTensor} of ${other} has ${expected}, and a model has one vocabulary. Take both from one model: a first or last slice with an empty range ([0, 0]) chooses it.`,
  "plan/nothing-in-common": ({
    model,
    found,
    layers,
    other,
    expected,
    otherLayers,
  }: Shapes & { model: string; layers: string; other: string; otherLayers: string }) =>
    `${model} (${found}) and ${other} (${expected}) have no layer in common: one has ${layers}, the other ${otherLayers}. Use models of one architecture.`,
  "plan/unlike-configs": ({ models, other, differences }: { models: string; other: string; differences: string }) =>
    `config.json of ${models} says other things than that of ${other} (in brackets), which the output gets: ${differences}. Weights that were trained for the one are run as the other.`,
  "plan/unplaced-tensor": ({ model, bytes, ...of }: Tensors & { model: string; bytes: number }) =>
    `${named(of)} of ${model} (${bytes} bytes) ${agree(of, "has", "have")} no place in the output and ${agree(of, "is", "are")} left out: ${agree(of, "its name stands for a tensor that", "their names stand for tensors that")} ${model} has under ${agree(of, "another name", "other names")} too.`,
  "plan/odd-number": ({ model, bytes, ...of }: Tensors & { model: string; bytes: number }) =>
    `${named(of)} of ${model} (${bytes} bytes) ${agree(of, "has a number with a leading zero, so it belongs to no layer. It is kept under its name", "have numbers with a leading zero, so they belong to no layer. They are kept under their names")}, which no program will look for; rename ${agree(of, "it", "them")} in the file.`,
  "plan/odd-number-in-stack": ({ model, bytes, ...of }: Tensors & { model: string; bytes: number }) =>
    `${named(of)} of ${model} (${bytes} bytes) ${agree(of, "has a number with a leading zero, so it belongs to no layer, and slices cannot place it. Rename it", "have numbers with a leading zero, so they belong to no layer, and slices cannot place them. Rename them")} in the file.`,

  "plan/tokens-without-rows": tokensWithoutRows,
  "plan/other-vocabulary": (facts: OtherTokens) =>
    `${facts.model} has other tokens than ${facts.other}, whose tokenizer the output gets: ${facts.found} of ${facts.rows} rows of ${named(facts)} mean something else (${example(facts)}), and blended they are noise. Use models of one tokenizer, or take embedding and head from ${facts.other} alone.`,
  "plan/some-other-tokens": (facts: OtherTokens) =>
    `${facts.found} of ${facts.rows} rows of ${named(facts)} mean other tokens in ${facts.model} than in ${facts.other}, whose tokenizer the output gets (${example(facts)}). They are blended all the same.`,
  "plan/unknown-vocabulary": ({ model, other, reason }: { model: string; other: string; reason: string }) =>
    `${model} has no tokenizer that can be read${inBrackets(reason)}, so its rows are taken for the same tokens as those of ${other}. Add its tokenizer.json to have that checked.`,
} satisfies Sentences;
