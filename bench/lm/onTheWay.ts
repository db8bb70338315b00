import type { Device } from "../../src/compute/device";
import { shareOf } from "../../src/compute/memoryLedger";
import { methodFacts } from "../../src/merge/registry";
import { ResidentInputs } from "../../src/merge/resident";
import { MergedSource } from "../../src/merge/source";
import type { Model } from "../../src/model/model";
import { ResidentSource } from "../../src/model/sources/resident";
import { planMerge } from "../../src/recipe/plan/planMerge";
import type { TokenIds } from "../../src/tokens/types";
import { openOver, perplexityPass } from "./opened";
import { secondsOf } from "./timing";

/** What merging costs when it happens inside a forward pass whose sources lie on the device. */
export interface OnTheWay {
  readonly method: string;
  readonly tokens: number;
  /** A pass over the base, its weights on the device. */
  readonly passSeconds: number;
  /** The same pass over the recipe. */
  readonly mergedSeconds: number;
  /** What merging adds, as a fraction of the pass. */
  readonly added: number;
}

/** Three models of one shape: the base first. */
export type Family = readonly [base: Model, a: Model, b: Model];

/** Measures the three methods that are mostly memory traffic, over the same texts. */
export async function onTheWay(device: Device, family: Family, texts: readonly TokenIds[]): Promise<OnTheWay[]> {
  const [base] = family;
  const models = new Map(family.map((checkpoint) => [checkpoint.key, checkpoint]));
  const budgetBytes = shareOf(device.info.budgetBytes, "measuring", "weights");
  const passSeconds = await plainPass(device, base, texts, budgetBytes);
  const rows: OnTheWay[] = [];
  for (const { method, recipe } of recipes(family)) {
    const { plan, problems } = planMerge(recipe, models, methodFacts, { budgetBytes: device.info.budgetBytes });
    if (!plan) throw new Error(`The bench's recipe is wrong: ${JSON.stringify(problems)}`);
    using residents = new ResidentInputs(device, budgetBytes);
    const model = await openOver(base, new MergedSource(plan, { models, device, residents }), device);
    const mergedSeconds = await secondsOf(() => perplexityPass(model, texts));
    rows.push({
      method,
      tokens: texts.reduce((sum, { length }) => sum + length, 0),
      passSeconds,
      mergedSeconds,
      added: mergedSeconds / passSeconds - 1,
    });
  }
  return rows;
}

async function plainPass(device: Device, base: Model, texts: readonly TokenIds[], budgetBytes: number) {
  using source = new ResidentSource(base.weights, device, budgetBytes);
  const model = await openOver(base, source, device);
  return await secondsOf(() => perplexityPass(model, texts));
}

function recipes(family: Family): readonly { readonly method: string; readonly recipe: string }[] {
  const [base, a, b] = family.map(({ key }) => key);
  const types = "dtype: float32\nout_dtype: bfloat16\n";
  const weighted = [a, b].map((model) => `  - model: ${model}\n    parameters: {weight: 0.5}\n`).join("");
  return [
    { method: "linear", recipe: `merge_method: linear\nmodels:\n${weighted}${types}` },
    {
      method: "slerp",
      recipe: `merge_method: slerp\nbase_model: ${a}\nmodels:\n  - model: ${a}\n  - model: ${b}\nparameters: {t: 0.4}\n${types}`,
    },
    {
      method: "task_arithmetic",
      recipe: `merge_method: task_arithmetic\nbase_model: ${base}\nmodels:\n${weighted}${types}`,
    },
  ];
}
