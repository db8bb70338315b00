import type { TextSpan } from "../problems/problem";
import type { Field, Reader } from "../text/reader";
import { parseReference } from "./parseReference";
import type { TokenizerRequest } from "./recipe";

/**
 * `tokenizer: {source, tokens, pad_to_multiple_of}`, or the older `tokenizer_source: …`. The source is `union`, `base` or a model;
 * a mapping without one means the union.
 */
export function parseTokenizer(
  reader: Reader,
  current: Field | undefined,
  old: Field | undefined,
): TokenizerRequest | undefined {
  if (old && current) {
    return reader.error({
      code: "recipe/two-tokenizers",
      span: old.keySpan,
    });
  }
  if (old) {
    const source = parseSource(reader, old.node, "`tokenizer_source`", old.keySpan);
    return source && { key: "tokenizer_source", source, tokens: 0, span: old.keySpan };
  }
  const fields =
    current && reader.mapping(current.node, "`tokenizer`", ["source", "tokens", "pad_to_multiple_of"], current.keySpan);
  if (!fields) return undefined;
  const sourceField = fields.get("source");
  const source = sourceField ? parseSource(reader, sourceField.node, "`source`", sourceField.keySpan) : "union";
  const tokensField = fields.get("tokens");
  const tokens =
    tokensField && !reader.isNull(tokensField.node)
      ? reader.mapping(tokensField.node, "`tokens`", undefined, tokensField.keySpan)
      : undefined;
  const padding = parsePadding(reader, fields.get("pad_to_multiple_of"));
  return (
    source && {
      key: "tokenizer",
      source,
      tokens: tokens?.size ?? 0,
      ...(padding === undefined ? {} : { padToMultipleOf: padding }),
      span: current.keySpan,
    }
  );
}

function parseSource(
  reader: Reader,
  node: unknown,
  where: string,
  at: TextSpan,
): TokenizerRequest["source"] | undefined {
  const text = reader.scalar(node);
  return text === "union" || text === "base" ? text : parseReference(reader, node, where, at);
}

function parsePadding(reader: Reader, field: Field | undefined): number | undefined {
  if (!field || reader.isNull(field.node)) return undefined;
  const value = reader.number(field.node);
  if (value !== undefined && Number.isSafeInteger(value) && value >= 1) return value;
  const found = reader.shown(field.node, 20);
  return reader.error({
    code: "recipe/padding",
    facts: { found },
    span: reader.span(field.node, field.keySpan),
  });
}
