import { fix } from "../problems/fixes";
import type { TextSpan } from "../problems/problem";
import type { Field, Fields, Reader } from "../text/reader";
import { reportCutOff, reportMisplaced } from "./misplaced";
import { parseReference } from "./parseReference";
import { parseSettings } from "./parseSettings";
import type { ModelItem, SliceItem, SourceItem } from "./recipe";

/** `models:`, a list of whole models. */
export function parseModels(reader: Reader, field: Field | undefined): readonly ModelItem[] {
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

/** `slices:`, a list of layers one after the other. */
export function parseSlices(reader: Reader, field: Field | undefined): readonly SliceItem[] {
  if (!field) return [];
  const nodes = reader.list(field.node, "`slices`", field.keySpan) ?? [];
  return nodes.flatMap((node) => parseSlice(reader, node, reader.span(node, field.keySpan)) ?? []);
}

function parseSlice(reader: Reader, node: unknown, span: TextSpan): SliceItem | undefined {
  const fields = reader.mapping(node, "a slice", undefined, span);
  if (!fields) return undefined;
  reportMisplaced(reader, fields, "slice");
  reader.dropUnknown(fields, "a slice", ["sources", "base_model", "parameters", "residual_weight"]);
  const residual = reader.present(fields, "residual_weight");
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
  const base = reader.present(fields, "base_model");
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
