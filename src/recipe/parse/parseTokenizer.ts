import { changeTo, fix } from "../problems/fixes";
import type { TextSpan } from "../problems/problem";
import type { Field, Reader } from "../text/reader";
import { parseReference, referenceTo } from "./parseReference";
import type { TokenizerRequest, TokenRequest, TokenSource } from "./recipe";

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
    return source && { key: "tokenizer_source", source, tokens: [], span: old.keySpan };
  }
  const fields =
    current && reader.mapping(current.node, "`tokenizer`", ["source", "tokens", "pad_to_multiple_of"], current.keySpan);
  if (!fields) return undefined;
  const sourceField = fields.get("source");
  const source = sourceField ? parseSource(reader, sourceField.node, "`source`", sourceField.keySpan) : "union";
  const padding = parsePadding(reader, fields.get("pad_to_multiple_of"));
  return (
    source && {
      key: "tokenizer",
      source,
      tokens: parseTokens(reader, fields.get("tokens")),
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
  if (text === "union" || text === "base") return text;
  const old = typeof text === "string" ? /^model:(?!\/\/)(.+)$/.exec(text)?.[1] : undefined;
  return old === undefined ? parseReference(reader, node, where, at) : parseOldSource(reader, node, old.trim(), at);
}

/** `model:org/name`, as mergekit had it before 2024; today it would be a path that begins with `model:`. */
function parseOldSource(reader: Reader, node: unknown, model: string, at: TextSpan) {
  const span = reader.span(node, at);
  reader.warn({ code: "recipe/old-tokenizer-source", facts: { model }, span, fix: changeTo(model, span) });
  return referenceTo(reader, model, span);
}

const TOKEN_KEYS = ["source", "force"];
const TOKEN_SOURCE_KEYS = ["kind", "model", "token", "token_id"];

function parseTokens(reader: Reader, field: Field | undefined): readonly TokenRequest[] {
  if (!field || reader.isNull(field.node)) return [];
  const tokens = reader.mapping(field.node, "`tokens`", undefined, field.keySpan);
  return [...(tokens?.values() ?? [])].flatMap(({ key, keySpan, keyNode, node }): TokenRequest[] => {
    if (typeof reader.scalar(keyNode) !== "string") {
      reader.error({ code: "recipe/token-key", facts: { found: key }, span: keySpan, fix: quoted(key, keySpan) });
      return [];
    }
    const fields = reader.mapping(node, "an entry of `tokens`", TOKEN_KEYS, keySpan);
    if (!fields) return [];
    const sourceField = fields.get("source");
    const asked = sourceField && !reader.isNull(sourceField.node) ? sourceField : undefined;
    const source = asked && parseTokenSource(reader, asked);
    if (asked && !source) return [];
    return [
      { token: key, force: parseForce(reader, fields.get("force")), span: keySpan, ...(source ? { source } : {}) },
    ];
  });
}

/** A model, or a mapping with a `kind`. mergekit takes a `model_token` that it cannot read for the model itself; here it is an error. */
function parseTokenSource(reader: Reader, { node, keySpan }: Field): TokenSource | undefined {
  const fields = reader.isMapping(node) ? reader.mapping(node, "a token's source") : undefined;
  const kindField = fields?.get("kind");
  if (!fields || !kindField) {
    const model = parseReference(reader, node, "`source`", keySpan);
    return model && { kind: "model", model };
  }
  reader.dropUnknown(fields, "a token's source", TOKEN_SOURCE_KEYS);
  const kind = reader.scalar(kindField.node);
  if (kind === "zero") return { kind };
  const fault = (reason: "kind" | "no-model" | "one-token", found = "") =>
    reader.error({ code: "recipe/token-source", facts: { reason, found }, span: reader.span(kindField.node, keySpan) });
  if (kind !== "model_token") return fault("kind", reader.shown(kindField.node, 20));
  const modelField = fields.get("model");
  if (!modelField) return fault("no-model");
  const [tokenField, idField] = ["token", "token_id"].map((key) => {
    const found = fields.get(key);
    return found && !reader.isNull(found.node) ? found : undefined;
  });
  const model = parseReference(reader, modelField.node, "`model`", modelField.keySpan);
  if (!model) return undefined;
  if (tokenField && !idField) {
    const token = reader.string(tokenField.node, "`token`", tokenField.keySpan);
    return token === undefined ? undefined : { kind, model, token };
  }
  const id = idField && !tokenField ? reader.number(idField.node) : undefined;
  return id !== undefined && Number.isSafeInteger(id) ? { kind, model, token: id } : fault("one-token");
}

function parseForce(reader: Reader, field: Field | undefined): boolean {
  if (!field || reader.isNull(field.node)) return false;
  const value = reader.number(field.node);
  if (value === 0 || value === 1) return value === 1;
  reader.error({
    code: "recipe/token-source",
    facts: { reason: "force", found: reader.shown(field.node, 20) },
    span: reader.span(field.node, field.keySpan),
  });
  return false;
}

function quoted(key: string, { from, to }: TextSpan) {
  return fix({ from, to, insert: JSON.stringify(key) }, "fix/quote");
}

/** The most rows that are padded to, far beyond any vocabulary; a mistyped step would make an embedding that nothing can hold. */
export const MAX_PADDING = 2 ** 20;

function parsePadding(reader: Reader, field: Field | undefined): number | undefined {
  if (!field || reader.isNull(field.node)) return undefined;
  const value = reader.number(field.node);
  if (value !== undefined && Number.isSafeInteger(value) && value >= 1 && value <= MAX_PADDING) return value;
  const found = reader.shown(field.node, 20);
  return reader.error({
    code: "recipe/padding",
    facts: { found, limit: MAX_PADDING },
    span: reader.span(field.node, field.keySpan),
  });
}
