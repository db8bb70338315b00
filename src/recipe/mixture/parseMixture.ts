import type { OutputDType } from "../../formats/dtypes";
import { parseReference } from "../parse/parseReference";
import type { Mixture, MixtureExpert, Spanned } from "../parse/recipe";
import { changeTo } from "../problems/fixes";
import { nearest } from "../text/nearest";
import type { Field, Fields, Reader } from "../text/reader";
import { GATE_MODES, type GateMode, type MixtureKind, readsPrompts } from "./mixture";

/** Keys of the document, in the order people write them. */
export const MIXTURE_KEYS = [
  "base_model",
  "gate_mode",
  "dtype",
  "experts_per_token",
  "architecture",
  "experts",
  "shared_experts",
] as const;

const EXPERT_KEYS = ["source_model", "positive_prompts", "negative_prompts", "noise_scale", "residual_scale"] as const;

/** mergekit takes a prefix, whatever its case: the kinds by what their names begin with, DeepSeek's known and not made here. */
const KIND_NAMES: readonly (readonly [name: string, kind: MixtureKind | "deepseek"])[] = [
  ["mixtral", "mixtral"],
  ["deepseek_moe", "deepseek"],
  ["qwen_moe", "qwen2_moe"],
  ["qwen2_moe", "qwen2_moe"],
  ["qwen3_moe", "qwen3_moe"],
];

/** Whether a document is one of mergekit-moe. */
export function isMixture(fields: Fields): boolean {
  return fields.has("experts") && !fields.has("merge_method");
}

/**
 * Reads a recipe with `experts`. Structure alone is checked, and what the prompts and counts say.
 * @param dtype what the recipe says under `dtype`
 */
export function parseMixture(
  reader: Reader,
  fields: Fields,
  dtype: Spanned<OutputDType> | undefined,
): Mixture | undefined {
  const baseField = reader.present(fields, "base_model");
  const base = baseField && parseReference(reader, baseField.node, "`base_model`", baseField.keySpan);
  const field = fields.get("experts");
  if (!field) return undefined;
  if (!baseField) reader.error({ code: "mixture/no-base", span: field.keySpan });
  const experts = parseExperts(reader, field);
  const shared = parseExperts(reader, reader.present(fields, "shared_experts"));
  const [, second] = shared;
  if (second) reader.error({ code: "mixture/shared", facts: { found: shared.length }, span: second.span });
  const gateMode = parseGateMode(reader, fields);
  const perToken = parseCount(reader, fields, experts.length, field);
  const kind = parseKind(reader, reader.present(fields, "architecture"));
  if (experts.length === 0) reader.error({ code: "mixture/no-experts", span: field.keySpan });
  if (!base || !gateMode || !perToken || experts.length === 0) return undefined;
  checkPrompts(reader, gateMode.value, [...experts, ...shared.slice(0, 1)], experts);
  return {
    base,
    gateMode,
    experts,
    ...(shared[0] ? { shared: shared[0] } : {}),
    perToken,
    ...(dtype ? { dtype } : {}),
    ...(kind ? { kind } : {}),
    span: field.keySpan,
  };
}

function parseExperts(reader: Reader, field: Field | undefined): readonly MixtureExpert[] {
  if (!field) return [];
  const items = reader.list(field.node, `\`${field.key}\``, field.keySpan) ?? [];
  return items.flatMap((item) => {
    const span = reader.span(item, field.keySpan);
    const fields = reader.mapping(item, "an expert", EXPERT_KEYS, span);
    const source = fields?.get("source_model");
    if (!fields) return [];
    if (!source) return reader.error({ code: "mixture/no-source", span }) ?? [];
    const model = parseReference(reader, source.node, "`source_model`", source.keySpan);
    if (!model) return [];
    return {
      model,
      positive: parsePrompts(reader, reader.present(fields, "positive_prompts")),
      negative: parsePrompts(reader, reader.present(fields, "negative_prompts")),
      noise: parseNumber(reader, reader.present(fields, "noise_scale"), 0),
      residual: parseNumber(reader, reader.present(fields, "residual_scale"), 1),
      span,
    };
  });
}

function parsePrompts(reader: Reader, field: Field | undefined): readonly string[] {
  const items = field ? (reader.list(field.node, `\`${field.key}\``, field.keySpan) ?? []) : [];
  return items.flatMap((item) => reader.string(item, "a prompt", field?.keySpan ?? reader.span(item)) ?? []);
}

function parseNumber(reader: Reader, field: Field | undefined, fallback: number): number {
  if (!field) return fallback;
  const value = reader.number(field.node);
  if (value !== undefined && Number.isFinite(value)) return value;
  const facts = { key: field.key, found: reader.shown(field.node, 40) };
  reader.error({ code: "mixture/number", facts, span: reader.span(field.node, field.keySpan) });
  return fallback;
}

function parseGateMode(reader: Reader, fields: Fields): Spanned<GateMode> | undefined {
  const field = reader.present(fields, "gate_mode");
  if (!field) return { value: "hidden", span: fields.get("experts")?.keySpan ?? reader.syntax.span(0, 0) };
  const span = reader.span(field.node, field.keySpan);
  const text = reader.string(field.node, "`gate_mode`", field.keySpan);
  if (text === undefined) return undefined;
  const value = text === "hidden_last" ? "hidden" : GATE_MODES.find((mode) => mode === text);
  if (value) return { value, span };
  const meant = nearest(text, GATE_MODES);
  return reader.error({
    code: "mixture/gate-mode",
    facts: { found: text.slice(0, 40), known: GATE_MODES.join(", ") },
    span,
    fix: meant === undefined ? undefined : changeTo(meant, span),
  });
}

function parseCount(reader: Reader, fields: Fields, experts: number, at: Field): Spanned<number> | undefined {
  const field = reader.present(fields, "experts_per_token");
  const span = field ? reader.span(field.node, field.keySpan) : at.keySpan;
  const value = field ? reader.number(field.node) : 2;
  if (value !== undefined && Number.isInteger(value) && value >= 1 && (experts === 0 || value <= experts)) {
    return { value, span };
  }
  const found = field ? reader.shown(field.node, 40) : "2";
  return reader.error({ code: "mixture/per-token", facts: { found, experts }, span });
}

function parseKind(reader: Reader, field: Field | undefined): Spanned<MixtureKind> | undefined {
  if (!field) return undefined;
  const text = reader.string(field.node, "`architecture`", field.keySpan);
  if (text === undefined) return undefined;
  const span = reader.span(field.node, field.keySpan);
  const begins = text.toLowerCase().replace(/[ -]/g, "_");
  const [, kind] = KIND_NAMES.find(([name]) => begins !== "" && name.startsWith(begins)) ?? [];
  if (kind && kind !== "deepseek") return { value: kind, span };
  return reader.error({ code: "mixture/kind", facts: { found: text.slice(0, 40) }, span });
}

/** Rows of a router are made of prompts, unless nothing is to be learnt from them. */
function checkPrompts(
  reader: Reader,
  mode: GateMode,
  all: readonly MixtureExpert[],
  experts: readonly MixtureExpert[],
): void {
  const [first, ...others] = experts;
  if (readsPrompts(mode)) {
    for (const { positive, span } of all) {
      if (positive.length === 0) reader.error({ code: "mixture/no-prompts", facts: { mode }, span });
    }
    const prompts = ({ positive, negative }: MixtureExpert) => JSON.stringify([positive, negative]);
    if (first && others.length > 0 && others.every((expert) => prompts(expert) === prompts(first))) {
      reader.error({ code: "mixture/same-prompts", facts: { mode }, span: first.span });
    }
  }
  if (first && mode !== "random" && others.every(({ model }) => model.identity === first.model.identity)) {
    reader.warn({ code: "mixture/same-models", facts: { model: first.model.key }, span: first.span });
  }
  if (!Number.isInteger(Math.log2(experts.length))) {
    reader.note({ code: "mixture/odd-count", facts: { found: experts.length }, span: first?.span });
  }
}
