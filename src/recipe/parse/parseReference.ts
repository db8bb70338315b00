import { changeTo } from "../problems/fixes";
import type { TextSpan } from "../problems/problem";
import type { Reader } from "../text/reader";
import type { ModelReference } from "./recipe";
import { modelKey, type ReferenceParts, splitReference, splitRevision, withoutSlash } from "./references";

/**
 * A model reference from YAML: text (`org/name@revision`), or a mapping
 * `{model: text or {path, revision}, lora, override_architecture}`.
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
  const plain = parts.ok && parts.lora === undefined;
  const whole = plain ? undefined : reader.known(text.trim());
  if (whole !== undefined) return { ok: true, path: withoutSlash(whole) };
  if (!parts.ok || parts.lora !== undefined) return parts;
  const path = parts.revision === undefined ? reader.known(parts.path) : undefined;
  return path === undefined ? parts : { ok: true, path };
}

function parseMapping(reader: Reader, node: unknown, where: string, span: TextSpan): ModelReference | undefined {
  const fields = reader.mapping(node, where, ["model", "lora", "override_architecture"], span);
  if (!fields) return undefined;
  const model = fields.get("model");
  if (!model) {
    const facts = { reason: "no-model", reference: undefined, where } as const;
    return reader.error({ code: "recipe/reference", facts, span });
  }
  const lora = fields.get("lora");
  if (lora && !reader.isNull(lora.node)) return notYetLora(reader, reader.span(lora.node, lora.keySpan));
  const override = fields.get("override_architecture");
  const overrideArchitecture =
    override && !reader.isNull(override.node)
      ? reader.string(override.node, "`override_architecture`", override.keySpan)
      : undefined;
  if (!reader.isMapping(model.node)) {
    const text = reader.string(model.node, "`model`", model.keySpan);
    if (text === undefined) return undefined;
    return accept(reader, known(reader, text, splitRevision(text)), text, span, overrideArchitecture);
  }
  const parts = reader.mapping(model.node, "a model's path", ["path", "revision"], model.keySpan);
  const pathField = parts?.get("path");
  if (!parts || !pathField) {
    const facts = { reason: "no-path", reference: undefined, where } as const;
    return parts && reader.error({ code: "recipe/reference", facts, span });
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
  return accept(reader, whole, path, span, overrideArchitecture);
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
  if (parts.lora !== undefined) return notYetLora(reader, span);
  if (parts.address !== undefined) noteAddress(reader, parts.address, modelKey(parts.path, parts.revision), span);
  const key = modelKey(parts.path, parts.revision);
  return {
    path: parts.path,
    ...(parts.revision === undefined ? {} : { revision: parts.revision }),
    ...(overrideArchitecture === undefined ? {} : { overrideArchitecture }),
    key,
    identity: JSON.stringify([parts.path, parts.revision ?? null, overrideArchitecture ?? null]),
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

function notYetLora(reader: Reader, span: TextSpan): undefined {
  const facts = { what: "lora", method: undefined, known: undefined } as const;
  return reader.error({ code: "recipe/not-yet", facts, span });
}
