import type { TextSpan } from "../problems";
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
    const wrong = `${where} as a mapping needs \`model:\` with the model's name. A path alone is written as plain text.`;
    return reader.error({ code: "recipe/reference", message: `${wrong}`, facts: { where }, span });
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
    const message = "A model given as a mapping needs `path:`. Add it.";
    return parts && reader.error({ code: "recipe/reference", message, facts: { where }, span });
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

const REASONS = {
  empty: "has an empty part. A model is named `org/name`, `org/name@revision` or by its folder.",
  adapters: "has more than one `+`. At most one adapter can follow a model: `org/name+org/adapter`.",
  revisions:
    "has more than one `@`. Write `org/name@revision`, or `{model: {path: …, revision: …}}` for a path with `@`.",
} as const;

function accept(
  reader: Reader,
  parts: ReferenceParts,
  text: string,
  span: TextSpan,
  overrideArchitecture: string | undefined,
): ModelReference | undefined {
  if (!parts.ok) {
    return reader.error({
      code: "recipe/reference",
      message: `The model reference "${text}" ${REASONS[parts.reason]}`,
      facts: { reference: text, reason: parts.reason },
      span,
    });
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
    message: `"${address}" is an address of the Hub; it is read as the model ${id}. mergekit wants the id alone.`,
    facts: { address, id },
    span,
    fix: { label: `Change to \`${id}\``, from: span.from, to: span.to, insert: id },
  });
}

function notYetLora(reader: Reader, span: TextSpan): undefined {
  return reader.error({
    code: "recipe/not-yet",
    message: "LoRA adapters in a model reference are not supported yet. Merge the adapter into its model first.",
    facts: { what: "lora" },
    span,
  });
}
