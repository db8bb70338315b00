import { own } from "../../base/own";
import type { OutputDType } from "../../formats/dtypes";
import { isMixture, MIXTURE_KEYS, parseMixture } from "../mixture/parseMixture";
import { fewProblems } from "../problems/fewProblems";
import { changeTo } from "../problems/fixes";
import type { Problem, TextSpan } from "../problems/problem";
import { documentsOf, type TextDocument } from "../text/documents";
import { nearest } from "../text/nearest";
import { type Field, type Fields, Reader } from "../text/reader";
import { readSyntax } from "../text/syntax";
import { joinDocuments } from "./documents";
import { readExtras } from "./extras";
import { reportMisplaced } from "./misplaced";
import { parseModels, parseSlices } from "./parseLists";
import { checkOneOf, parseModules } from "./parseModules";
import { parseReference } from "./parseReference";
import { parseSettings } from "./parseSettings";
import { parseTokenizer } from "./parseTokenizer";
import type { Extras, ParsedRecipe, Spanned } from "./recipe";
import type { KnownModels } from "./references";

/** Keys of the document, in the order people write them. */
export const RECIPE_KEYS = [
  "models",
  "slices",
  "modules",
  "merge_method",
  "base_model",
  "parameters",
  "dtype",
  "out_dtype",
  "tokenizer",
  "tokenizer_source",
  "chat_template",
  "name",
] as const;

/** dtype names mergekit knows that can hold weights, and what we call them. */
export const DTYPE_NAMES: Readonly<Record<string, OutputDType>> = {
  bfloat16: "BF16",
  float16: "F16",
  float32: "F32",
};

/**
 * Reads a mergekit recipe: YAML 1.1, mergekit's schema and laxness, and Awase's own comment block. Structure alone is checked; whether
 * it fits the models is the planner's question. The text is never changed. Never throws. Several recipes in one text (`---` between
 * them, all but one with a `name`) are one recipe and its stages.
 * @param known the models at hand: what is called like one of them is meant, whatever signs are in its name
 */
export function parseRecipe(text: string, known?: KnownModels): ParsedRecipe {
  const documents = documentsOf(text);
  const [only] = documents;
  if (only && documents.length === 1) return parseOne(only, known);
  return joinDocuments(documents, (document) => parseOne(document, known));
}

function parseOne({ text, begin }: TextDocument, known?: KnownModels): ParsedRecipe {
  const syntax = readSyntax(text);
  const start = syntax.span(begin, begin);
  const { extras, problems: extrasProblems } = readExtras(text, syntax, known);
  if (!syntax.document) return { problems: fewProblems([...syntax.problems, ...extrasProblems]) };

  const reader = new Reader(syntax, text, known);
  const contents = syntax.document.contents;
  if (reader.isNull(contents)) {
    reader.error({
      code: "recipe/empty",
      span: start,
    });
    return { problems: [...reader.problems, ...extrasProblems] };
  }
  const fields = reader.mapping(contents, "a recipe", undefined, start);
  if (!fields) return { problems: [...reader.problems, ...extrasProblems] };
  if (isMixture(fields)) return mixtureRecipe(reader, fields, extras, extrasProblems);
  reportMisplaced(reader, fields, "document");
  reader.dropUnknown(fields, "a recipe", RECIPE_KEYS);

  const method = parseMethod(reader, fields, start);
  const nameField = reader.present(fields, "name");
  const name = nameField && reader.string(nameField.node, "`name`", nameField.keySpan);
  const models = parseModels(reader, reader.present(fields, "models"));
  const slices = parseSlices(reader, reader.present(fields, "slices"));
  const modules = parseModules(reader, reader.present(fields, "modules"));
  const baseField = reader.present(fields, "base_model");
  const base = baseField && parseReference(reader, baseField.node, "`base_model`", baseField.keySpan);
  const parameters = parseSettings(reader, fields.get("parameters"));
  const dtype = parseDType(reader, reader.present(fields, "dtype"));
  const outDtype = parseDType(reader, reader.present(fields, "out_dtype"));
  const tokenizer = parseTokenizer(
    reader,
    reader.present(fields, "tokenizer"),
    reader.present(fields, "tokenizer_source"),
  );
  const templateField = reader.present(fields, "chat_template");
  const chatTemplate = templateField && reader.string(templateField.node, "`chat_template`", templateField.keySpan);
  checkOneOf(reader, fields, ["models", "slices", "modules"], (found, span) =>
    reader.error({ code: "recipe/one-of", facts: { found }, span: span ?? start }),
  );

  const problems = [...reader.problems, ...extrasProblems];
  if (!method) return { problems };
  return {
    recipe: {
      method,
      ...(name ? { name: { value: name, span: reader.span(nameField.node, nameField.keySpan) } } : {}),
      stages: [],
      models,
      slices,
      modules,
      ...(base ? { base } : {}),
      parameters,
      ...(dtype ? { dtype } : {}),
      ...(outDtype ? { outDtype } : {}),
      ...(tokenizer ? { tokenizer } : {}),
      ...(chatTemplate ? { chatTemplate: { value: chatTemplate, span: templateField.keySpan } } : {}),
      extras,
    },
    problems,
  };
}

/** What mergekit-moe reads: models are put beside each other, and no method merges them. */
function mixtureRecipe(
  reader: Reader,
  fields: Map<string, Field>,
  extras: Extras,
  extrasProblems: readonly Problem[],
): ParsedRecipe {
  reader.dropUnknown(fields, "a recipe with `experts`", MIXTURE_KEYS);
  const dtype = parseDType(reader, reader.present(fields, "dtype"));
  const mixture = parseMixture(reader, fields, dtype);
  const problems = [...reader.problems, ...extrasProblems];
  if (!mixture) return { problems };
  const all = [...mixture.experts, ...(mixture.shared ? [mixture.shared] : [])];
  const recipe = {
    method: { value: "mixture", span: mixture.span },
    models: all.map(({ model, span }) => ({ model, parameters: new Map(), span })),
    slices: [],
    modules: [],
    stages: [],
    base: mixture.base,
    parameters: new Map(),
    ...(dtype ? { dtype } : {}),
    mixture,
    extras,
  };
  return { recipe, problems };
}

function parseMethod(reader: Reader, fields: Fields, start: TextSpan): Spanned<string> | undefined {
  const field = fields.get("merge_method");
  if (!field) {
    return reader.error({
      code: "recipe/missing-method",
      span: start,
    });
  }
  const value = reader.string(field.node, "`merge_method`", field.keySpan);
  return value === undefined ? undefined : { value, span: reader.span(field.node, field.keySpan) };
}

function parseDType(reader: Reader, field: Field | undefined): Spanned<OutputDType> | undefined {
  if (!field) return undefined;
  const span = reader.span(field.node, field.keySpan);
  const text = reader.string(field.node, `\`${field.key}\``, field.keySpan);
  if (!text) return undefined; // empty text says nothing, as in mergekit
  const name = text.replace(/^torch\./, "");
  const value = own(DTYPE_NAMES, name);
  if (value) return { value, span };
  const known = Object.keys(DTYPE_NAMES);
  const meant = own(DTYPE_SHORT, name) ?? nearest(name, known);
  return reader.error({
    code: "recipe/dtype",
    facts: { key: field.key, found: text.slice(0, 40), known: known.join(", "), meant },
    span,
    fix: meant === undefined ? undefined : changeTo(meant, span),
  });
}

const DTYPE_SHORT: Readonly<Record<string, string>> = {
  bf16: "bfloat16",
  fp16: "float16",
  f16: "float16",
  half: "float16",
  fp32: "float32",
  f32: "float32",
  float: "float32",
  float64: "float32",
};
