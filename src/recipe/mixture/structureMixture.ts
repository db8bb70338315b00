import { own } from "../../base/own";
import { isObject } from "../../formats/json";
import { parsePythonJson } from "../../formats/pythonJson";
import { elementCount } from "../../formats/tensor";
import { findArchitecture } from "../../model/architectures/known";
import { architectureNames } from "../../model/config";
import { editJson, type JsonEdit } from "../../model/jsonEdit";
import type { Model } from "../../model/model";
import { defaultsOf } from "../../model/traits/families";
import type { MethodFacts } from "../facts";
import type { Mixture, ModelReference, Recipe } from "../parse/recipe";
import { plannedModel } from "../plan/inputs/adapters";
import { DTYPE_KEYS, dtypeName } from "../plan/output/dtypes";
import { sideFiles } from "../plan/output/sideFiles";
import type { SideFile } from "../plan/plan";
import { openContext, type PlanContext, type PlanStructure } from "../plan/planContext";
import type { ProblemBag } from "../plan/problemBag";
import type { UnfitReason } from "../problems/mixtures";
import { type KindFacts, MIXTURE_KIND_FACTS } from "./kinds";
import { mixtureTensors } from "./mixtureTensors";

/** What stands where a recipe has its method. A mixture has none: nothing is blended. */
const MIXTURE: MethodFacts = {
  id: "mixture",
  label: "Mixture of experts",
  base: "required",
  inputs: { min: 1, max: Number.POSITIVE_INFINITY },
  others: { min: 0, max: Number.POSITIVE_INFINITY },
  whenShort: "error",
  globals: {},
  perModel: {},
  unlikeEmbeddings: "error",
  skipsUnlikeShapes: false,
};

/** Values of a base's config that mixtures assume otherwise where it does not say them. */
const ASSUMED = [
  "rope_theta",
  "rms_norm_eps",
  "hidden_act",
  "num_key_value_heads",
  "head_dim",
  "tie_word_embeddings",
] as const;

/**
 * Lays out what a recipe with `experts` makes, from the headers of its models. What is wrong goes into the bag.
 * Source: reference/mergekit-recipes.md 4.2.
 */
export function structureMixture(
  text: string,
  recipe: Recipe & { readonly mixture: Mixture },
  models: ReadonlyMap<string, Model>,
  bag: ProblemBag,
): PlanStructure | undefined {
  const { mixture } = recipe;
  const context = openContext(recipe, MIXTURE, models, bag);
  const kind = context && chooseKind(context, mixture);
  if (!kind) return undefined;
  const tensors = mixtureTensors(context, mixture, kind);
  if (bag.failed) return undefined;
  reportMade(context, mixture, kind, tensors);
  const { config, text: configText } = mixtureConfig(context, mixture, kind, widthOf(tensors, kind));
  return {
    context,
    modules: [],
    tensors,
    models: context.references.map((reference) => plannedModel(reference, models, reference.key === mixture.base.key)),
    outputDType: mixture.dtype?.value ?? "as stored",
    config,
    sideFiles: sideFiles(context, { tokenizer: mixture.base, configText, recipe: text, ids: {} }).map(renamed),
    rowMaps: {},
    stages: [],
    recipe: text,
    mixture: {
      base: mixture.base.key,
      gateMode: mixture.gateMode.value,
      experts: mixture.experts.map(({ positive, negative }) => ({ positive, negative })),
      ...(mixture.shared && { shared: { positive: mixture.shared.positive, negative: mixture.shared.negative } }),
    },
  };
}

/** The recipe lies beside a mixture under mergekit-moe's own name. */
function renamed(file: SideFile): SideFile {
  return file.path === "mergekit_config.yml" ? { ...file, path: "mergekit_moe_config.yml" } : file;
}

/** The first kind that the models can become, or the one that is asked for. */
function chooseKind(
  { references, models, bag }: PlanContext,
  { kind: asked, shared, span }: Mixture,
): KindFacts | undefined {
  const nameOf = ({ key, overrideArchitecture }: ModelReference) =>
    overrideArchitecture ?? architectureNames(models.get(key)?.config ?? {})[0] ?? "?";
  const names = [...new Set(references.map(nameOf))];
  const alike = new Set(names.map((name) => findArchitecture(name) ?? name)).size <= 1;
  const fitting = MIXTURE_KIND_FACTS.filter(({ from }) => names.every((name) => from.includes(name)));
  const wanted = fitting.filter(({ kind }) => asked === undefined || kind === asked.value);
  const found = alike ? wanted.find((each) => each.shared === (shared !== undefined)) : undefined;
  if (found) return found;
  const reason: UnfitReason = !alike ? "mixed" : wanted.length === 0 ? "unknown" : shared ? "shared" : "no-shared";
  bag.add({
    code: "mixture/unfit",
    severity: "error",
    span: asked?.span ?? span,
    facts: { found: names.join(", "), reason, asked: asked?.value ?? "" },
  });
  return undefined;
}

function widthOf(tensors: PlanStructure["tensors"], { packed }: KindFacts): number {
  const down = tensors.find(({ name }) => /\.experts\.(0\.)?down_proj/.test(name));
  return down?.shape[packed ? 2 : 1] ?? 0;
}

/** The base's config.json, with what makes it a mixture's set in it. */
function mixtureConfig({ donor }: PlanContext, { experts, perToken, dtype }: Mixture, kind: KindFacts, width: number) {
  const { config: before, configText } = donor.checkpoint;
  const usual = defaultsOf(before);
  const said = (key: string) =>
    (own(before, key) ?? (key === "rope_theta" ? before.rope_parameters : undefined)) != null;
  const assumed = (key: string) =>
    own(usual, key) ?? (key === "num_key_value_heads" ? before.num_attention_heads : undefined);
  const edits: readonly JsonEdit[] = [
    { path: ["architectures"], value: [kind.architecture] },
    ...ASSUMED.flatMap((key) => (said(key) || assumed(key) === undefined ? [] : { path: [key], value: assumed(key) })),
    ...kind.config({ experts: experts.length, perToken: perToken.value, width }),
    { path: ["auto_map"], value: undefined },
    ...(dtype ? dtypeEdits(before, dtypeName(dtype.value)) : []),
  ];
  const text = editJson(configText, edits);
  const config: unknown = parsePythonJson(text);
  return { config: isObject(config) ? config : {}, text };
}

function dtypeEdits(config: Model["config"], value: string): readonly JsonEdit[] {
  const used = DTYPE_KEYS.filter((key) => Object.hasOwn(config, key));
  return (used.length > 0 ? used : DTYPE_KEYS).map((key) => ({ path: [key], value }));
}

function reportMade(
  { bag }: PlanContext,
  { experts, perToken, span }: Mixture,
  { label }: KindFacts,
  tensors: PlanStructure["tensors"],
): void {
  const count = (all: PlanStructure["tensors"]) => all.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const parameters = count(tensors);
  const routed = count(tensors.filter(({ name }) => /\.mlp\.experts\./.test(name)));
  const active = parameters - routed + (routed / experts.length) * perToken.value;
  const facts = { mixture: label, experts: experts.length, perToken: perToken.value, parameters, active };
  bag.add({ code: "mixture/made", severity: "note", span, facts });
}
