import { atLayer, findTensor, type Weight } from "../../../model/layout/layout";
import type { ModelTensor } from "../../../model/model";
import { distinctSources, type PlannedSlice, type PlannedSource } from "../expand";
import type { PlanContext } from "../planContext";
import type { PresentInput } from "./fitInputs";
import { saysTied } from "./ties";

/** A place in the output: which weight, from which slice, and where on a gradient. */
export interface Target {
  readonly weight: Weight;
  readonly slice: PlannedSlice;
  /** Layer number in the output, and in the slice; absent for weights outside layers. */
  readonly layer?: { readonly output: number; readonly inSlice: number };
  /** Embedding and head come from different models: what is tied may have to be written out. */
  readonly untie?: boolean;
}

/** What planning a weight that may be tied came to. */
export interface HeadDecision {
  readonly written: boolean;
  /** Some input has a head of its own. */
  readonly untied: boolean;
}

/** A source of the slice, and the weight in its files, if it is there. */
interface Located {
  readonly source: PlannedSource;
  readonly found: ReturnType<typeof findTensor<ModelTensor>>;
  /** Primary name with the source's layer number. */
  readonly name: string;
}

/** The inputs that have a weight, in order, each model once; none when it is not written or cannot be. */
export function findInputs(
  context: PlanContext,
  target: Target,
  name: string,
): { readonly inputs: readonly PresentInput[]; readonly head?: HeadDecision } {
  const { weight, slice } = target;
  const located = locate(context, target);
  const head = weight.tied.length > 0 ? decideHead(context, target, located) : undefined;
  const wanted = head ? head.written : weight.presence === "required" || located.some(({ found }) => found?.own);
  const withHead = head ? { head } : {};
  if (!wanted) return { inputs: [], ...withHead };
  for (const place of located) if (!place.found) reportAbsent(context, weight, place, name);
  if (weight.presence !== "optional" && located.some(({ found }) => !found)) return { inputs: [], ...withHead };
  const inputs = located.flatMap(({ source, found, name: inputName }) => {
    const isBase = context.method.base !== "none" && slice.base?.identity === source.model.identity;
    return found ? [{ source, isBase, stored: found.tensor, name: inputName }] : [];
  });
  return { inputs, ...withHead };
}

function locate({ models }: PlanContext, { weight, slice, layer }: Target): readonly Located[] {
  return distinctSources(slice).map(({ source, start }) => {
    const checkpoint = models.get(source.model.key);
    const number = layer && start + layer.inSlice;
    const found = checkpoint && findTensor(checkpoint, weight, number);
    return { source, found, name: atLayer(weight.name, number) };
  });
}

/**
 * A head is written when some input has its own; those that are tied lend their embedding. When none has, it is left to
 * the loader to tie it, unless embedding and head come from different models and the config says they are not tied.
 */
function decideHead(
  { models, layout, donor }: PlanContext,
  { untie }: Target,
  located: readonly Located[],
): HeadDecision {
  const own = located.some(({ found }) => found?.own);
  const untied = located.some(({ source, found }) => {
    const checkpoint = models.get(source.model.key);
    return found?.own && checkpoint !== undefined && saysTied(checkpoint, layout) !== true;
  });
  const forced = untie === true && saysTied(donor.checkpoint, layout) === false;
  return { written: own || (forced && located.some(({ found }) => found)), untied: untied || (forced && !own) };
}

function reportAbsent({ bag }: PlanContext, weight: Weight, { source, name: inputName }: Located, name: string): void {
  const { model } = source;
  const optional = weight.presence === "optional";
  bag.add({
    code: optional ? "plan/partial-tensor" : "plan/missing-tensor",
    severity: optional ? "warning" : "error",
    span: model.span,
    group: model.key,
    tensor: optional ? name : inputName,
    facts: { model: model.key },
  });
}
