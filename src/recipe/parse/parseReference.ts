import { changeTo } from "../problems/fixes";
import type { TextSpan } from "../problems/problem";
import type { Reader } from "../text/reader";
import type { ModelReference } from "./recipe";
import {
  adaptedKey,
  type FolderParts,
  folderParts,
  modelKey,
  type ReferenceParts,
  splitReference,
  splitRevision,
  withoutSlash,
} from "./references";

/**
 * A model reference from YAML: text (`org/name@revision+org/adapter@revision`), or a mapping
 * `{model: text or {path, revision}, lora: likewise, override_architecture}`.
 */
export function parseReference(reader: Reader, node: unknown, where: string, at: TextSpan): ModelReference | undefined {
  const span = reader.span(node, at);
  if (reader.isMapping(node)) return parseMapping(reader, node, where, span);
  const text = reader.string(node, where, at);
  if (text === undefined) return undefined;
  return referenceTo(reader, text, span);
}

/** A reference by its text, read from somewhere else than a node of its own. */
export function referenceTo(reader: Reader, text: string, span: TextSpan): ModelReference | undefined {
  return accept(reader, known(reader, text, splitReference(text)), text, span, undefined);
}

/**
 * What is at hand counts before what a sign might mean: a folder with `+` or `@` in its name, a name that macOS spells in another way.
 */
function known(reader: Reader, text: string, parts: ReferenceParts): ReferenceParts {
  const plain = parts.ok && parts.adapter === undefined;
  const whole = plain ? undefined : reader.known(text.trim());
  if (whole !== undefined) return { ok: true, path: withoutSlash(whole) };
  if (!parts.ok) return parts;
  const { adapter, ...model } = parts;
  return { ...model, ...atHand(reader, model), ...(adapter ? { adapter: atHand(reader, adapter) } : {}) };
}

/** The name under which a folder without a revision is known. */
function atHand(reader: Reader, parts: FolderParts): FolderParts {
  const path = parts.revision === undefined ? reader.known(parts.path) : undefined;
  return path === undefined ? folderParts(parts) : { path };
}

function parseMapping(reader: Reader, node: unknown, where: string, span: TextSpan): ModelReference | undefined {
  const fields = reader.mapping(node, where, ["model", "lora", "override_architecture"], span);
  if (!fields) return undefined;
  const model = fields.get("model");
  if (!model) {
    const facts = { reason: "no-model", reference: undefined, where } as const;
    return reader.error({ code: "recipe/reference", facts, span });
  }
  const override = fields.get("override_architecture");
  const overrideArchitecture =
    override && !reader.isNull(override.node)
      ? reader.string(override.node, "`override_architecture`", override.keySpan)
      : undefined;
  const found = parseFolder(reader, model, "model", where);
  const lora = fields.get("lora");
  if (!found || !lora || reader.isNull(lora.node))
    return found && accept(reader, found.parts, found.text, span, overrideArchitecture);
  const adapter = parseFolder(reader, lora, "lora", where);
  if (!adapter) return undefined;
  if (!adapter.parts.ok)
    return accept(reader, adapter.parts, adapter.text, reader.span(lora.node, lora.keySpan), undefined);
  const parts = found.parts.ok ? { ...found.parts, adapter: folderParts(adapter.parts) } : found.parts;
  return accept(reader, parts, found.text, span, overrideArchitecture);
}

type Field = NonNullable<ReturnType<NonNullable<ReturnType<Reader["mapping"]>>["get"]>>;

/** A folder in the mapping form: text, in which `+` is a letter as others are, or `{path, revision}`. */
function parseFolder(
  reader: Reader,
  { node, keySpan }: Field,
  name: "model" | "lora",
  where: string,
): { readonly parts: ReferenceParts; readonly text: string } | undefined {
  if (!reader.isMapping(node)) {
    const text = reader.string(node, `\`${name}\``, keySpan);
    return text === undefined ? undefined : { parts: known(reader, text, splitRevision(text)), text };
  }
  const parts = reader.mapping(node, "a model's path", ["path", "revision"], keySpan);
  const pathField = parts?.get("path");
  if (!parts || !pathField) {
    const facts = { reason: "no-path", reference: undefined, where } as const;
    return parts && reader.error({ code: "recipe/reference", facts, span: reader.span(node, keySpan) });
  }
  const path = reader.string(pathField.node, "`path`", pathField.keySpan)?.trim();
  const revisionField = parts.get("revision");
  const revision =
    revisionField && !reader.isNull(revisionField.node)
      ? reader.string(revisionField.node, "`revision`", revisionField.keySpan)?.trim()
      : undefined;
  if (path === undefined) return undefined;
  const whole: ReferenceParts = path
    ? { ok: true, path, ...(revision ? { revision } : {}) }
    : { ok: false, reason: "empty" };
  return { parts: whole, text: path };
}

function accept(
  reader: Reader,
  parts: ReferenceParts,
  text: string,
  span: TextSpan,
  overrideArchitecture: string | undefined,
): ModelReference | undefined {
  if (!parts.ok) {
    const facts = { reason: parts.reason, reference: text, where: undefined };
    return reader.error({ code: "recipe/reference", facts, span });
  }
  const { path, revision, adapter, address } = parts;
  if (address !== undefined) noteAddress(reader, address, modelKey(path, revision), span);
  return {
    ...folderParts(parts),
    ...(adapter ? { adapter: { ...adapter, key: modelKey(adapter.path, adapter.revision) } } : {}),
    ...(overrideArchitecture === undefined ? {} : { overrideArchitecture }),
    key: adaptedKey(parts, adapter),
    identity: JSON.stringify([
      path,
      revision ?? null,
      overrideArchitecture ?? null,
      ...(adapter ? [adapter.path, adapter.revision ?? null] : []),
    ]),
    span,
  };
}

function noteAddress(reader: Reader, address: string, id: string, span: TextSpan): void {
  reader.note({
    code: "recipe/hub-address",
    facts: { address, id },
    span,
    fix: changeTo(id, span),
  });
}
