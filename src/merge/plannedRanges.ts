import type { Model } from "../model/model";
import type { FileRange, TensorSource } from "../model/sources/tensorSource";
import { planModels } from "../recipe/plan/inputs/planModels";
import type { MergePlan, PlannedTensor } from "../recipe/plan/plan";
import { type Making, makingOf } from "./making";

/** What a plan's tensors are made of, for those who only ask where bytes lie: nothing can be merged with it. */
class PlannedRanges implements TensorSource {
  readonly tensors: ReadonlyMap<string, PlannedTensor>;

  constructor(
    private readonly plan: MergePlan,
    private readonly models: ReadonlyMap<string, Model>,
  ) {
    this.tensors = new Map(plan.tensors.map((tensor) => [tensor.name, tensor]));
  }

  read(): never {
    throw new TypeError("Where the bytes lie is all that is known here.");
  }

  place(): never {
    return this.read();
  }

  async ranges(name: string, start: number, end: number): Promise<readonly FileRange[]> {
    const { inputs } = this.#making(name);
    return (await Promise.all(inputs.map((input) => input.source.ranges(input.name, start, end)))).flat();
  }

  bytesOf(name: string, elements: number): number {
    return this.#making(name).inputs.reduce((sum, input) => sum + input.source.bytesOf(input.name, elements), 0);
  }

  #making(name: string): Making {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new TypeError(`The plan makes no ${name}.`);
    return makingOf(this.plan, tensor, this.models);
  }
}

/** The models of a plan with its stages among them, whose files and ranges can be asked for and whose weights cannot. */
export function modelsWithRanges(plan: MergePlan, models: ReadonlyMap<string, Model>): ReadonlyMap<string, Model> {
  return planModels(plan, models, (stage, around) => new PlannedRanges(stage, around));
}
