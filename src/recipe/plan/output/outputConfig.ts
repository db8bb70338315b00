import type { OutputDType } from "../../../formats/dtypes";
import { isObject } from "../../../formats/json";
import { parsePythonJson } from "../../../formats/pythonJson";
import { configNumber, DEPTH_KEYS, VOCABULARY_KEYS } from "../../../model/config";
import { editJson, type JsonEdit } from "../../../model/jsonEdit";
import type { JsonObject } from "../../../model/model";
import { outputDepth } from "../behindStack";
import type { PlannedModule } from "../expand";
import { saysTied } from "../inputs/ties";
import type { PlanContext } from "../planContext";
import type { PlannedTensors } from "../tensors";
import { DTYPE_KEYS, dtypeName, dtypeOf } from "./dtypes";
import { checkLayerKinds, layerEdits } from "./layerEdits";
import { predictorEdits } from "./predictorEdits";
import { quantisationEdits } from "./quantisation";

/**
 * The output's config.json: the donor's text, with what the merge changes set in it: dtype, number of layers and lists per
 * layer, vocabulary size, tied embeddings. Everything else keeps even its spelling.
 */
export function outputConfig(
  context: PlanContext,
  modules: readonly PlannedModule[],
  planned: PlannedTensors,
  ids: readonly JsonEdit[],
): { readonly config: JsonObject; readonly text: string } {
  const { donor } = context;
  const edits = [
    ...overrideEdits(context),
    ...dtypeEdits(context),
    ...modules.flatMap((module) => depthEdits(context, module)),
    ...predictorEdits(context, modules),
    ...vocabularyEdits(context, modules, planned),
    ...ids,
    ...tieEdits(context, planned),
    ...quantisationEdits(context),
  ];
  const text = editJson(donor.checkpoint.configText, edits);
  const config: unknown = parsePythonJson(text);
  return { config: isObject(config) ? config : {}, text };
}

function overrideEdits({ donor }: PlanContext): readonly JsonEdit[] {
  const { overrideArchitecture } = donor.reference;
  return overrideArchitecture === undefined ? [] : [{ path: ["architectures"], value: [overrideArchitecture] }];
}

/** In the donor's spelling: `torch_dtype` before transformers 5, `dtype` since; both where it has neither or both. */
function dtypeEdits({ recipe, donor }: PlanContext): readonly JsonEdit[] {
  const dtype = recipe.outDtype?.value ?? recipe.dtype?.value ?? widenedDType(donor.checkpoint);
  if (!dtype) return [];
  const value = dtypeName(dtype);
  const used = DTYPE_KEYS.filter((key) => Object.hasOwn(donor.checkpoint.config, key));
  return (used.length > 0 ? used : DTYPE_KEYS).map((key) => ({ path: [key], value }));
}

/** Codes with scales are widened to a type that the config may not name. */
function widenedDType({ config, tensors }: PlanContext["donor"]["checkpoint"]): OutputDType | undefined {
  if (dtypeOf(config)) return undefined;
  return [...tensors.values()].some(({ scaled }) => scaled) ? "BF16" : undefined;
}

/** Only slices change the number of layers; what the config says of each layer of the module follows. */
function depthEdits(context: PlanContext, module: PlannedModule): readonly JsonEdit[] {
  const { donor, layout, bag } = context;
  const { config } = donor.checkpoint;
  const alone = layout.modules.length === 1;
  const depth = outputDepth(module.slices);
  const old = module.layout.depths.get(donor.reference.key) ?? 0;
  // Of several stacks none is told by how deep it is.
  const counted = alone ? DEPTH_KEYS.find((candidate) => configNumber(config, candidate) === old) : undefined;
  const key = module.layout.depthKey ?? counted;
  if (!module.stacked) {
    if (!alone && key === undefined) return [];
    checkLayerKinds(context, module, key?.split(".").slice(0, -1) ?? []);
    return [];
  }
  if (key === undefined) {
    bag.add({
      code: "plan/depth-unknown",
      severity: "warning",
      span: donor.reference.span,
      facts: { model: donor.reference.key, found: old, expected: depth },
    });
    return [];
  }
  if (!layout.definition) {
    bag.add({
      code: "plan/depth-inferred",
      severity: "note",
      span: donor.reference.span,
      facts: { key, found: old, expected: depth },
    });
  }
  const path = key.split(".");
  const same = alone ? DEPTH_KEYS.filter((other) => other !== key && configNumber(config, other) === old) : [];
  const counts = [key, ...same];
  return [
    ...counts.map((count) => ({ path: count.split("."), value: depth })),
    ...layerEdits(context, module, path.slice(0, -1)),
  ];
}

/** Cropped embeddings, and those of a vocabulary that is made, have another size than the donor's config says. */
function vocabularyEdits(
  { donor, bag, vocabulary }: PlanContext,
  modules: readonly PlannedModule[],
  { embeddings }: PlannedTensors,
): readonly JsonEdit[] {
  const { config, tensors } = donor.checkpoint;
  const embedding = modules.flatMap(({ layout }) => layout.pre).find((weight) => weight.embedding);
  const rows = embedding && embeddings.get(embedding.name);
  const stored = embedding && [embedding.name, ...embedding.aliases].map((name) => tensors.get(name)).find(Boolean);
  const key = VOCABULARY_KEYS.find((candidate) => configNumber(config, candidate) !== undefined);
  if (rows === undefined || key === undefined || (!vocabulary && rows === stored?.shape[0])) return [];
  const found = configNumber(config, key) ?? 0;
  if (found === rows) return [];
  bag.add({
    code: "plan/vocabulary-size",
    severity: "note",
    span: donor.reference.span,
    facts: { key, found, expected: rows },
  });
  return [{ path: key.split("."), value: rows }];
}

/** A head that is written must be used, and one that is not must be tied. */
function tieEdits({ donor, layout, bag }: PlanContext, { heads }: PlannedTensors): readonly JsonEdit[] {
  if (heads.length === 0) return [];
  const written = heads.some((head) => head.written);
  const untied = heads.some((head) => head.written && head.untied);
  const tied = saysTied(donor.checkpoint, layout);
  const value = untied && tied !== false ? false : !written && tied === false ? true : undefined;
  if (value === undefined) return [];
  bag.add({
    code: "plan/tied-head",
    severity: "note",
    span: donor.reference.span,
    facts: { expected: value ? "true" : "false" },
  });
  return [{ path: ["tie_word_embeddings"], value }];
}
