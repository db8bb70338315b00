import type { TextSpan } from "../problems/problem";
import type { Field, Reader } from "../text/reader";
import { reportMisplaced } from "./misplaced";
import type { Setting, SettingItem, Settings, SettingValue } from "./recipe";

/** `parameters:` at any level: a mapping from parameter name to setting. Nothing at all is an empty mapping. */
export function parseSettings(reader: Reader, field: Field | undefined): Settings {
  const settings = new Map<string, Setting>();
  if (!field || reader.isNull(field.node)) return settings;
  const fields = reader.mapping(field.node, "`parameters`", undefined, field.keySpan);
  if (fields) reportMisplaced(reader, fields, "parameters");
  for (const [name, entry] of fields ?? []) {
    const items = parseSetting(reader, entry, name);
    if (items) settings.set(name, { items, keySpan: entry.keySpan, span: reader.span(entry.node, entry.keySpan) });
  }
  return settings;
}

/** One setting: a number, a gradient, a list of `{filter, value}`, or a single such mapping. */
function parseSetting(reader: Reader, entry: Field, name: string): readonly SettingItem[] | undefined {
  const { node, keySpan } = entry;
  const span = reader.span(node, keySpan);
  if (reader.isMapping(node)) {
    const item = parseItem(reader, node, name, span);
    if (!item) return undefined;
    reader.note({
      code: "recipe/bare-filter",
      facts: { name },
      span,
    });
    return [item];
  }
  if (!reader.isList(node)) {
    const value = parseNumber(reader, node, name, keySpan);
    return value === undefined ? undefined : [{ value, span }];
  }
  const items = reader.list(node, `\`${name}\``, keySpan) ?? [];
  if (items.length === 0) return emptyList(reader, name, span);
  const mappings = items.filter((item) => reader.isMapping(item)).length;
  if (mappings === 0) {
    const value = parseGradient(reader, items, name, span);
    return value && [{ value, span }];
  }
  if (mappings < items.length) {
    return reader.error({
      code: "recipe/setting",
      facts: { name, wrong: "mixed", found: undefined },
      span,
    });
  }
  const parsed = items.map((item) => parseItem(reader, item, name, span));
  return parsed.every((item) => item !== undefined) ? parsed : undefined;
}

function parseItem(reader: Reader, node: unknown, name: string, at: TextSpan): SettingItem | undefined {
  const span = reader.span(node, at);
  const fields = reader.mapping(node, `an entry of \`${name}\``, ["filter", "value"], at);
  const valueField = fields?.get("value");
  if (!fields) return undefined;
  if (!valueField) {
    return reader.error({
      code: "recipe/setting",
      facts: { name, wrong: "no-value", found: undefined },
      span,
    });
  }
  const filterField = fields.get("filter");
  let filter: string | undefined;
  if (filterField && !reader.isNull(filterField.node)) {
    filter = reader.string(filterField.node, `the filter of \`${name}\``, filterField.keySpan);
    if (filter === undefined) return undefined;
  }
  const value = parseValue(reader, valueField, name);
  if (value === undefined) return undefined;
  return { ...(filter === undefined ? {} : { filter }), value, span: reader.span(valueField.node, valueField.keySpan) };
}

function parseValue(reader: Reader, field: Field, name: string): SettingValue | undefined {
  if (!reader.isList(field.node)) return parseNumber(reader, field.node, name, field.keySpan);
  const span = reader.span(field.node, field.keySpan);
  return parseGradient(reader, reader.list(field.node, `\`${name}\``, span) ?? [], name, span);
}

function parseGradient(reader: Reader, items: readonly unknown[], name: string, at: TextSpan) {
  if (items.length === 0) return emptyList(reader, name, at);
  const numbers = items.map((item) => parseNumber(reader, item, name, at));
  return numbers.every((number) => number !== undefined) ? numbers : undefined;
}

function parseNumber(reader: Reader, node: unknown, name: string, at: TextSpan): number | undefined {
  const value = reader.number(node);
  if (value !== undefined && Number.isFinite(value)) return value;
  const found = reader.shown(node, 60);
  return reader.error({
    code: "recipe/setting",
    facts: { name, wrong: "no-number", found },
    span: reader.span(node, at),
  });
}

function emptyList(reader: Reader, name: string, span: TextSpan): undefined {
  return reader.error({
    code: "recipe/setting",
    facts: { name, wrong: "empty", found: undefined },
    span,
  });
}
