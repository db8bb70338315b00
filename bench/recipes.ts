import { BENCH_MODELS } from "./models";

export interface BenchRecipe {
  readonly method: string;
  /** Models that are read. */
  readonly inputs: number;
  readonly recipe: string;
}

/** Whether a method is measured. */
export type Choice = (method: string) => boolean;

/** One recipe per method over the three models; `owner` stands before their names when they come from a Hub. */
export function benchRecipes(owner = ""): readonly BenchRecipe[] {
  const [base, a, b] = BENCH_MODELS.map((name) => `${owner}${name}`);
  const types = "dtype: float32\nout_dtype: bfloat16\n";
  const pair = (parameters: string) =>
    [a, b].map((model) => `  - model: ${model}\n    parameters: {${parameters}}\n`).join("");
  const taskVectors = (method: string, parameters = "weight: 0.5") =>
    `merge_method: ${method}\nbase_model: ${base}\nmodels:\n${pair(parameters)}${types}`;
  return [
    { method: "passthrough", inputs: 1, recipe: `merge_method: passthrough\nmodels:\n  - model: ${a}\n` },
    {
      method: "linear",
      inputs: 3,
      recipe: `merge_method: linear\nmodels:\n  - model: ${base}\n    parameters: {weight: 0.2}\n${pair("weight: 0.4")}${types}`,
    },
    {
      method: "slerp",
      inputs: 2,
      recipe: `merge_method: slerp\nbase_model: ${a}\nmodels:\n  - model: ${a}\n  - model: ${b}\nparameters: {t: 0.4}\n${types}`,
    },
    { method: "task_arithmetic", inputs: 3, recipe: taskVectors("task_arithmetic") },
    { method: "ties", inputs: 3, recipe: taskVectors("ties", "weight: 0.5, density: 0.5") },
    { method: "breadcrumbs", inputs: 3, recipe: taskVectors("breadcrumbs", "weight: 0.5, density: 0.5, gamma: 0.01") },
    { method: "dare_linear", inputs: 3, recipe: taskVectors("dare_linear", "weight: 0.5, density: 0.5") },
    { method: "dare_ties", inputs: 3, recipe: taskVectors("dare_ties", "weight: 0.5, density: 0.5") },
  ];
}
