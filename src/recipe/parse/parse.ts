import { own } from "../../base/own";
import type { OutputDType } from "../../formats/dtypes";
import { fewProblems } from "../problems/fewProblems";
import { changeTo, fix } from "../problems/fixes";
import type { TextSpan } from "../problems/problem";
import { nearest } from "../text/nearest";
import { type Field, type Fields, Reader } from "../text/reader";
import { readSyntax } from "../text/syntax";
import { readExtras } from "./extras";
import { reportCutOff, reportMisplaced } from "./misplaced";
import { parseReference } from "./parseReference";
import { parseSettings } from "./parseSettings";
import { parseTokenizer } from "./parseTokenizer";
import type { ModelItem, ParsedRecipe, SliceItem, SourceItem, Spanned } from "./recipe";
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
] as const;

/** dtype names mergekit knows that can hold weights, and what we call them. */
export const DTYPE_NAMES: Readonly<Record<string, OutputDType>> = {
  bfloat16: "BF16",
  float16: "F16",
  float32: "F32",
};

/**
 * Reads a mergekit recipe: YAML 1.1, mergekit's schema and laxness, and Awase's own comment block. Structure alone is checked; whether
 * it fits the models is the planner's question. The text is never changed. Never throws.
 * @param known the models at hand: what is called like one of them is meant, whatever signs are in its name
 */
export function parseRecipe(text: string, known?: KnownModels): ParsedRecipe {
  const syntax = readSyntax(text);
  const { extras, problems: extrasProblems } = readExtras(text, syntax);
  if (!syntax.document) return { problems: fewProblems([...syntax.problems, ...extrasProblems]) };

  const reader = new Reader(syntax, text, known);
  const contents = syntax.document.contents;
  if (reader.isNull(contents)) {
    reader.error({
      code: "recipe/empty",
      span: syntax.span(0, 0),
    });
    return { problems: [...reader.problems, ...extrasProblems] };
  }
  const fields = reader.mapping(contents, "a recipe", undefined, syntax.span(0, 0));
  if (!fields) return { problems: [...reader.problems, ...extrasProblems] };
  reportMisplaced(reader, fields, "document");
  reader.dropUnknown(fields, "a recipe", RECIPE_KEYS);

  const method = parseMethod(reader, fields);
  const models = parseModels(reader, present(reader, fields, "models"));
  const slices = parseSlices(reader, present(reader, fields, "slices"));
  const baseField = present(reader, fields, "base_model");
  const base = baseField && parseReference(reader, baseField.node, "`base_model`", baseField.keySpan);
  const parameters = parseSettings(reader, fields.get("parameters"));
  const dtype = parseDType(reader, present(reader, fields, "dtype"));
  const outDtype = parseDType(reader, present(reader, fields, "out_dtype"));
  const tokenizer = parseTokenizer(
    reader,
    present(reader, fields, "tokenizer"),
    present(reader, fields, "tokenizer_source"),
  );
  const templateField = present(reader, fields, "chat_template");
  const chatTemplate = templateField && reader.string(templateField.node, "`chat_template`", templateField.keySpan);
  checkOneOf(reader, fields);
  checkNotYet(reader, fields);

  const problems = [...reader.problems, ...extrasProblems];
  if (!method) return { problems };
  return {
    recipe: {
      method,
      models,
      slices,
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

/** A field that is there and not null: `dtype:` with nothing after it says nothing. */
function present(reader: Reader, fields: Fields, key: string): Field | undefined {
  const field = fields.get(key);
  return field && !reader.isNull(field.node) ? field : undefined;
}

function parseMethod(reader: Reader, fields: Fields): Spanned<string> | undefined {
  const field = fields.get("merge_method");
  if (!field) {
    return reader.error({
      code: "recipe/missing-method",
      span: reader.syntax.span(0, 0),
    });
  }
  const value = reader.string(field.node, "`merge_method`", field.keySpan);
  return value === undefined ? undefined : { value, span: reader.span(field.node, field.keySpan) };
}

function parseModels(reader: Reader, field: Field | undefined): readonly ModelItem[] {
  if (!field) return [];
  const nodes = reader.list(field.node, "`models`", field.keySpan) ?? [];
  let before: Fields | undefined;
  return nodes.flatMap((node) => {
    const span = reader.span(node, field.keySpan);
    const fields = itemFields(reader, node, { place: "model", where: "an entry of `models`", before }, span);
    before = fields;
    const model = fields && parseModel(reader, fields, "an entry of `models`", span);
    return model ? [{ model, parameters: parseSettings(reader, fields.get("parameters")), span }] : [];
  });
}

function parseSlices(reader: Reader, field: Field | undefined): readonly SliceItem[] {
  if (!field) return [];
  const nodes = reader.list(field.node, "`slices`", field.keySpan) ?? [];
  return nodes.flatMap((node) => parseSlice(reader, node, reader.span(node, field.keySpan)) ?? []);
}

function parseSlice(reader: Reader, node: unknown, span: TextSpan): SliceItem | undefined {
  const fields = reader.mapping(node, "a slice", undefined, span);
  if (!fields) return undefined;
  reportMisplaced(reader, fields, "slice");
  reader.dropUnknown(fields, "a slice", ["sources", "base_model", "parameters", "residual_weight"]);
  const residual = present(reader, fields, "residual_weight");
  if (residual) {
    reader.warn({
      code: "recipe/unused-key",
      facts: { key: "residual_weight" },
      span: residual.keySpan,
    });
  }
  const sourcesField = fields.get("sources");
  const nodes = sourcesField && reader.list(sourcesField.node, "`sources`", sourcesField.keySpan);
  if (!nodes?.length) {
    if (!sourcesField || nodes) {
      reader.error({
        code: "recipe/no-sources",
        span: sourcesField?.keySpan ?? span,
      });
    }
    return undefined;
  }
  const base = present(reader, fields, "base_model");
  const reference = base && parseReference(reader, base.node, "`base_model`", base.keySpan);
  let before: Fields | undefined;
  const sources = nodes.flatMap((source) => {
    const at = reader.span(source, span);
    const entry = itemFields(reader, source, { place: "source", where: "a source", before }, at);
    before = entry;
    return (entry && parseSource(reader, entry, at)) ?? [];
  });
  return {
    sources,
    ...(reference ? { base: reference } : {}),
    parameters: parseSettings(reader, fields.get("parameters")),
    span,
  };
}

function parseSource(reader: Reader, fields: Fields, span: TextSpan): SourceItem | undefined {
  const model = parseModel(reader, fields, "a source", span);
  const layerRange = parseLayerRange(reader, fields.get("layer_range"), span);
  const parameters = parseSettings(reader, fields.get("parameters"));
  return model && layerRange ? { model, layerRange, parameters, span } : undefined;
}

/** A list item that should be `model: …`; plain text is the commonest slip and gets its own fix. */
function itemFields(
  reader: Reader,
  node: unknown,
  { place, where, before }: { place: "model" | "source"; where: string; before: Fields | undefined },
  span: TextSpan,
): Fields | undefined {
  const value = reader.scalar(node);
  if (typeof value === "string") {
    return reader.error({
      code: "recipe/bare-model",
      facts: { where, found: value.slice(0, 60) },
      span,
      fix: fix({ from: span.from, to: span.from, insert: "model: " }, "fix/insert", { text: "model: " }),
    });
  }
  const fields = reader.mapping(node, where, undefined, span);
  if (!fields || reportCutOff(reader, fields, before, span)) return undefined;
  reportMisplaced(reader, fields, place);
  reader.dropUnknown(
    fields,
    where,
    place === "model" ? ["model", "parameters"] : ["model", "layer_range", "parameters"],
  );
  return fields;
}

function parseModel(reader: Reader, fields: Fields, where: string, span: TextSpan) {
  const field = fields.get("model");
  if (field) return parseReference(reader, field.node, "`model`", field.keySpan);
  return reader.error({
    code: "recipe/missing-model",
    facts: { where },
    span,
  });
}

function parseLayerRange(reader: Reader, field: Field | undefined, at: TextSpan): SourceItem["layerRange"] | undefined {
  if (!field) {
    return reader.error({
      code: "recipe/missing-layer-range",
      span: at,
    });
  }
  const span = reader.span(field.node, field.keySpan);
  const nodes = reader.list(field.node, "`layer_range`", field.keySpan);
  if (!nodes) return undefined;
  const [start, end, more] = nodes.map((node) => reader.number(node));
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || more !== undefined || nodes.length !== 2) {
    const found = nodes
      .slice(0, 3)
      .map((node) => reader.shown(node, 20))
      .join(", ");
    return reader.error({
      code: "recipe/layer-range",
      facts: { found },
      span,
    });
  }
  return { value: [start ?? 0, end ?? 0], span };
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

/** mergekit's first rule: exactly one of the three that is not empty. */
function checkOneOf(reader: Reader, fields: Fields): void {
  const filled = (["models", "slices", "modules"] as const).filter((key) => {
    const field = present(reader, fields, key);
    if (!field) return false;
    if (reader.isList(field.node)) return (reader.list(field.node, key, field.keySpan) ?? []).length > 0;
    return true;
  });
  if (filled.length === 1) return;
  const second = filled[1] === undefined ? undefined : fields.get(filled[1]);
  reader.error({
    code: "recipe/one-of",
    facts: { found: filled.join(", ") },
    span: second?.keySpan ?? reader.syntax.span(0, 0),
  });
}

function checkNotYet(reader: Reader, fields: Fields): void {
  const field = present(reader, fields, "modules");
  if (!field) return;
  if (reader.isMapping(field.node) && !reader.mapping(field.node, "`modules`")?.size) return;
  const facts = { what: "modules", method: undefined, known: undefined } as const;
  reader.error({ code: "recipe/not-yet", facts, span: field.keySpan });
}
