import type { ConfigFacts } from "./configFacts";
import type { ExpertNames, ExpertsSpec } from "./spec";
import { activationOf } from "./traits";

export interface ExpertTraits extends Pick<ExpertsSpec, "count" | "perToken" | "normalize" | "width" | "choice"> {
  /** Modules of a layer that hold `gate`, the router, and `experts`. */
  readonly roots: readonly string[];
  /** Names of an expert's matrices where they are stored one by one. */
  readonly each: { readonly gate: string; readonly up: string; readonly down: string };
  /** An MLP beside the experts: its name, its width, and the name of what weighs it. */
  readonly shared?: { readonly name: string; readonly width: number; readonly by?: string };
}

/** Experts as checkpoints store them: matrix by matrix, or packed in two tensors. */
export function experts(config: ConfigFacts, { roots, each, shared, ...facts }: ExpertTraits): ExpertsSpec {
  return {
    kind: "experts",
    ...facts,
    ...(shared && { shared: sharedExpert(shared, config.count("hidden_size")) }),
    activation: activationOf(config),
    names: roots.flatMap((root): readonly ExpertNames[] => [
      {
        kind: "each",
        router: `${root}.gate`,
        gate: `${root}.experts.{expert}.${each.gate}`,
        up: `${root}.experts.{expert}.${each.up}`,
        down: `${root}.experts.{expert}.${each.down}`,
      },
      {
        kind: "packed",
        router: `${root}.gate`,
        gateUp: `${root}.experts.gate_up_proj`,
        down: `${root}.experts.down_proj`,
      },
    ]),
  };
}

function sharedExpert(
  { name, width, by }: NonNullable<ExpertTraits["shared"]>,
  hidden: number,
): NonNullable<ExpertsSpec["shared"]> {
  return {
    gate: { name: `${name}.gate_proj`, inputs: hidden, outputs: width },
    up: { name: `${name}.up_proj`, inputs: hidden, outputs: width },
    down: { name: `${name}.down_proj`, inputs: width, outputs: hidden },
    ...(by === undefined ? {} : { by: { name: by, inputs: hidden, outputs: 1 } }),
  };
}
