import { own } from "../../base/own";
import type { Sentences } from "../../base/sentences";
import { type PlaceFacts, placeName } from "./fixes";
import { mixtureSentences } from "./mixtures";
import { problemsOf } from "./problem";

/** What to do about text that is not YAML, by the reader's code; for all others, what is wrong most often. */
const YAML_ADVICE: Readonly<Record<string, string>> = {
  BAD_ALIAS: "Put this text in quotes.",
  BAD_DIRECTIVE: "Remove the line that begins with `%`.",
  BAD_DQ_ESCAPE: "Write text that holds backslashes in single quotes.",
  BAD_SCALAR_START: "Put this text in quotes. A Markdown fence does not belong to the recipe: remove it.",
  MISSING_CHAR: "Add what is missing: a closing bracket or quote, a `:`, or a space before `#`.",
  TAG_RESOLVE_FAILED: "Remove the tag, the word that begins with `!`.",
};
const INDENTATION = "Check how far this line and those around it are indented, and put text that holds `: ` in quotes.";

/** Files that other programs read. */
export type ForeignKind = "evolve" | "card" | "adapter";

/** What they are, and what can be done here. */
const FOREIGN: Readonly<Record<ForeignKind, string>> = {
  evolve:
    "a configuration of mergekit-evolve, which searches for a recipe. It is not run here: paste one of the recipes that it found",
  card: "the head of a model card, not a recipe. Paste the YAML block further down in the card",
  adapter: "a configuration of a training or of an adapter, not a recipe. Write `merge_method:` and `models:`",
};

/** The shapes that a value can have to have. */
export type Expected = "mapping" | "list" | "text";

const EXPECTED: Readonly<Record<Expected, string>> = {
  mapping: "a mapping (`key: value`)",
  list: "a list (lines that begin with `- `)",
  text: "text",
};

interface DonorValueFacts {
  readonly name: string;
  readonly found: string;
  /** What it may be: `0 … 1`, `true / false`. */
  readonly expected: string;
  /** Where nothing is said. */
  readonly usual: string;
}

interface ReferenceFacts {
  readonly reason: "empty" | "adapters" | "revisions" | "no-model" | "no-path";
  /** As written, where there is such a text. */
  readonly reference: string | undefined;
  readonly where: string | undefined;
}

function reference({ reason, reference: text, where }: ReferenceFacts): string {
  switch (reason) {
    case "empty":
      return `The model reference "${text}" has an empty part. A model is named \`org/name\`, \`org/name@revision\` or by its folder.`;
    case "adapters":
      return `The model reference "${text}" has more than one \`+\`. At most one adapter can follow a model: \`org/name+org/adapter\`.`;
    case "revisions":
      return `The model reference "${text}" has more than one \`@\`. Write \`org/name@revision\`, or \`{model: {path: …, revision: …}}\` for a path with \`@\`.`;
    case "no-model":
      return `${where} as a mapping needs \`model:\` with the model's name. A path alone is written as plain text.`;
    default:
      return "A model given as a mapping needs `path:`. Add it.";
  }
}

interface SettingFacts {
  readonly name: string;
  readonly wrong: "mixed" | "no-value" | "empty" | "no-number";
  /** In place of a number. */
  readonly found: string | undefined;
}

function setting({ name, wrong, found }: SettingFacts): string {
  switch (wrong) {
    case "mixed":
      return `\`${name}\` mixes plain numbers and \`{filter, value}\` entries. Write every entry as \`{value: …}\`, the last one without a filter.`;
    case "no-value":
      return `This entry of \`${name}\` has no \`value:\`. Add one.`;
    case "empty":
      return `\`${name}\` is an empty list. Give it at least one number.`;
    default:
      return `A value of \`${name}\` must be a number, but is ${found}. Write a number, a list of numbers (spread over the layers), or a list of \`{filter, value}\`.`;
  }
}

/** What mergekit can do and this program cannot. */
export interface NotYetFacts {
  readonly method: string;
  readonly known: string;
}

export function notYet({ method, known }: NotYetFacts): string {
  return `The method \`${method}\` is not supported yet. Available: ${known}.`;
}

/** What is wrong with the entry of a token. */
export type TokenFault = "kind" | "no-model" | "one-token" | "force";

const TOKEN_FAULTS: Readonly<Record<TokenFault, string>> = {
  kind: "`kind` of a token's source must be `zero` or `model_token`",
  "no-model": "A source of `kind: model_token` needs `model:`, a model of the recipe",
  "one-token":
    "A source of `kind: model_token` needs one of `token` (its text) and `token_id` (a whole number), not both and not none",
  force: "`force` of a token must be true or false",
};

/** Mistakes in the text of a recipe, in English: what reading it finds, whatever models there are. */
export const readingSentences = {
  "recipe/donor-value": ({ name, found, expected, usual }: DonorValueFacts) =>
    `\`${name}\` of the donor is ${found}; it must be ${expected}. Correct it, or leave the line out: ${usual} is usual.`,
  "recipe/donor-floor": ({ floor, cap, low, high }: { floor: string; cap: string; low: number; high: number }) =>
    `\`${floor}\` is ${low} and \`${cap}\` is ${high}: the least that is taken of a donor's row cannot be more than the most. Lower the first, or raise the second.`,
  "recipe/too-long": ({ found, limit }: { found: number; limit: number }) =>
    `The recipe has ${found} characters; at most ${limit} are read. Split it, or remove what is not a recipe.`,
  "recipe/too-deep": ({ found, limit }: { found: number; limit: number }) =>
    `The recipe nests ${found} levels deep; at most ${limit} are read, and a recipe needs fewer than ten. Look for brackets that were never closed.`,
  "recipe/too-many-aliases": ({ found, limit }: { found: number; limit: number }) =>
    `The recipe uses ${found} aliases; at most ${limit} are followed. Write the values out.`,
  "recipe/too-many-entries": ({ limit }: { limit: number }) =>
    `The recipe unfolds to more than ${limit} entries. Use fewer merge keys (\`<<\`) and aliases (\`*\`), and shorter lists.`,
  "recipe/multiple-documents": ({ documents, limit }: { documents: number; limit: number }) =>
    `The text holds ${documents} documents (separated by \`---\`); at most ${limit} recipes are read as one. Write some of them apart, and merge what they wrote.`,
  "recipe/same-name": ({ name }: { name: string }) =>
    `Two recipes of this text are called \`${name}\`, so nobody can tell whose result is meant. Give this one another name.`,
  "recipe/unnamed-documents": ({ documents }: { documents: number }) =>
    `${documents} recipes of this text have no \`name:\`, but only one can be the one that is written. Give the others names, and take their results by them.`,
  "recipe/several-results": ({ names }: { names: string }) =>
    `No recipe of this text takes the results of ${names}, but only one is written. Leave out all but one of them, or merge them into a recipe without a name.`,
  "recipe/document-cycle": ({ names }: { names: string }) =>
    `These recipes take each other's results, in a circle: ${names}. Take a model here that is there already.`,
  "recipe/mixture-among-others": ({ documents }: { documents: number }) =>
    `A recipe with \`experts:\` stands alone in its text, but this one has ${documents} recipes. Write the mixture apart, of models that are there already.`,
  "recipe/unused-document": ({ name }: { name: string }) =>
    `Nothing takes the result of \`${name}\`, so it is not made. mergekit would write it to a folder of its own.`,
  "recipe/yaml": ({ reason, kind }: { reason: string; kind: string }) =>
    `This is not valid YAML: ${reason}. ${own(YAML_ADVICE, kind) ?? INDENTATION}`,
  "recipe/control-character": ({ found }: { found: string }) =>
    `YAML text cannot hold the character ${found}. Remove it.`,
  "recipe/blank": ({ found }: { found: string }) =>
    `Here stands ${found === "tab" ? "a tab" : `the blank ${found}`} where YAML takes only spaces. Change it to spaces.`,
  "recipe/wide-mark": ({
    found,
    codePoint,
    meant,
    count,
  }: {
    found: string;
    codePoint: string;
    meant: string;
    count: number;
  }) =>
    `Here stands \`${found}\` (${codePoint}), which YAML takes for a letter; \`${meant}\` is meant. ${count === 1 ? "Change it." : `The recipe has ${count} such signs: change them all.`}`,
  "recipe/fence": () =>
    "The lines with ``` come from Markdown and are no part of a recipe. Keep only what stands between them.",
  "recipe/command": ({ program }: { program: string }) =>
    `This is a command line (\`${program}\`), not a recipe. Paste the YAML file that it names.`,
  "recipe/foreign": ({ kind, key }: { kind: ForeignKind; key: string }) => `This is ${FOREIGN[kind]} (\`${key}:\`).`,
  "recipe/alias-cycle": ({ name }: { name: string }) =>
    `\`*${name}\` stands inside of what \`&${name}\` marks: the value would hold itself, without end. Write out what is meant here, or remove it.`,
  "recipe/unknown-alias": ({ name }: { name: string }) =>
    `\`*${name}\` stands for what \`&${name}\` marks, but no such mark comes before it. Put text that begins with \`*\` in quotes.`,
  "recipe/repeated-anchor": ({ name }: { name: string }) =>
    `\`&${name}\` marks a second place, which mergekit does not read. Give this one and its aliases another name.`,
  "recipe/merge-key": ({ found }: { found: string }) =>
    `The merge key \`<<\` takes a mapping or a list of mappings, but this is ${found}.`,
  "recipe/duplicate-key": ({ key }: { key: string }) =>
    `\`${key}\` stands twice in this mapping; the last one counts. Remove the other.`,
  "recipe/unknown-key": ({
    key,
    where,
    known,
    meant,
  }: {
    key: string;
    where: string;
    known: string;
    meant: string | undefined;
  }) =>
    meant === undefined
      ? `\`${key}\` is not a key of ${where} and is ignored. Known keys: ${known}.`
      : `\`${key}\` is not a key of ${where} and is ignored. Did you mean \`${meant}\`?`,
  "recipe/type": ({ where, expected, found }: { where: string; expected: Expected; found: string }) =>
    `${capital(where)} must be ${EXPECTED[expected]}, but is ${found}.${expected === "text" && /^the (number|boolean) /.test(found) ? " Put it in quotes to make it text." : ""}`,

  "recipe/empty": () => "The recipe is empty. Begin with `merge_method:` and a list of `models:`.",
  "recipe/missing-method": () => "The recipe has no `merge_method:`. Add one, for example `merge_method: linear`.",
  "recipe/one-of": ({ found }: { found: string }) =>
    found === ""
      ? "The recipe names no models. Add `models:` (whole models) or `slices:` (ranges of layers)."
      : `The recipe has ${found.split(", ").map(quoted).join(" and ")}; keep exactly one of them.`,
  "recipe/module-one-of": ({ module, found }: { module: string; found: string }) =>
    found === ""
      ? `The module \`${module}\` names no models. Give it \`models:\` (whole models) or \`slices:\` (ranges of layers).`
      : `The module \`${module}\` has ${found.split(", ").map(quoted).join(" and ")}; keep exactly one of them.`,
  "recipe/not-yet": notYet,
  "recipe/unused-key": ({ key }: { key: string }) => `\`${key}\` is accepted by mergekit and used nowhere. Remove it.`,
  "recipe/misplaced-key": ({ key, fault, ...place }: { key: string; fault: "here" | "cut-off" } & PlaceFacts) =>
    fault === "cut-off"
      ? `This entry names no model: its dash cuts \`${key}\` off the model before it. Move it to ${placeName(place)}.`
      : `\`${key}\` is not read here. Move it to ${placeName(place)}.`,
  "recipe/no-sources": () => "A slice needs `sources:` with at least one `{model, layer_range}`.",
  "recipe/bare-model": ({ where, found }: { where: string; found: string }) =>
    `${capital(where)} must be a mapping, but is the text "${found}". Write \`model: ${found}\`.`,
  "recipe/missing-model": ({ where }: { where: string }) =>
    `${capital(where)} needs \`model:\`. Add the model's id or folder.`,
  "recipe/missing-layer-range": () => "A source needs `layer_range: [start, end]` (the end is not included). Add it.",
  "recipe/layer-range": ({ found }: { found: string }) =>
    `\`layer_range\` must be two whole numbers [start, end], but is [${found}].`,
  "recipe/dtype": ({
    key,
    found,
    known,
    meant,
  }: {
    key: string;
    found: string;
    known: string;
    meant: string | undefined;
  }) =>
    `\`${key}: ${found}\` is not a type weights can be written in. Use ${known}${meant === undefined ? "" : `; here probably \`${meant}\``}.`,
  "recipe/reference": reference,
  "recipe/hub-address": ({ address, id }: { address: string; id: string }) =>
    `"${address}" is an address of the Hub; it is read as the model ${id}. mergekit wants the id alone.`,
  "recipe/setting": setting,
  "recipe/bare-filter": ({ name }: { name: string }) =>
    `\`${name}\` is one \`{filter, value}\` outside a list; it is read as a list of one. mergekit needs the dash: \`- {…}\`.`,
  "recipe/two-tokenizers": () => "The recipe has both `tokenizer` and `tokenizer_source`; keep one of them.",
  "recipe/old-tokenizer-source": ({ model }: { model: string }) =>
    `\`model:\` before a tokenizer's source is how mergekit wrote it before 2024; it is read as ${model}. Today's mergekit wants the name alone.`,
  "recipe/token-key": ({ found }: { found: string }) => `The token \`${found}\` must be text. Put it in quotes.`,
  "recipe/token-source": ({ reason, found }: { reason: TokenFault; found: string }) =>
    `${TOKEN_FAULTS[reason]}${found === "" ? "" : `, but is ${found}`}.`,
  "recipe/padding": ({ found, limit }: { found: string; limit: number }) =>
    `\`pad_to_multiple_of\` must be a whole number from 1 to ${limit}, but is ${found}.`,
  "recipe/extras": ({ reason, limit }: { reason: string; limit: number }) =>
    `The \`# awase:\` block cannot be read and is ignored: ${reason}. It may hold \`seed\` (0 to ${limit}) and \`revisions\`.`,
  "recipe/extras-twice": () => "There is a second `# awase:` block; the first one counts. Remove this one.",
} satisfies Sentences;

/** All that is said of a text before its models are opened. */
export const textSentences = { ...readingSentences, ...mixtureSentences };

export const readingProblem = problemsOf(textSentences);

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function quoted(key: string): string {
  return `\`${key}\``;
}
