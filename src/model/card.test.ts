import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { testMethods } from "../recipe/plan/methods.testing";
import type { MergePlan } from "../recipe/plan/plan";
import { planMerge } from "../recipe/plan/planMerge";
import { modelCard } from "./card";
import { toyLlama } from "./checkpoint.testing";

const RECIPE = `merge_method: ties
base_model: lab/base
models:
  - {model: lab/poet@v2, parameters: {weight: 1}}
  - {model: lab/poet, parameters: {weight: 1}}
  - {model: folder/of mine|<b>, parameters: {weight: 1}}
`;
const models = [
  toyLlama("lab/base", { revision: "aaa1" }),
  toyLlama("lab/poet@v2", { revision: "bbb2" }),
  toyLlama("lab/poet", { revision: "ccc3" }),
  toyLlama("folder/of mine|<b>"),
];

function planOf(recipe: string): MergePlan {
  const byKey = new Map(models.map((model) => [model.key, model]));
  const { plan, problems } = planMerge(recipe, byKey, testMethods, { budgetBytes: 1e6, seed: 42 });
  if (!plan) throw new Error(JSON.stringify(problems));
  return plan;
}

function cardOf(recipe = RECIPE, name = "my merge"): string {
  return modelCard({
    name,
    plan: planOf(recipe),
    method: { label: "TIES", paper: { title: "TIES-Merging", url: "https://arxiv.org/abs/2306.01708" } },
    weights: [{ path: "model.safetensors", size: 1234, sha256: "ab12" }],
  });
}

describe("modelCard", () => {
  it("begins with front matter that names each Hub model once, without revisions", () => {
    const [, front = ""] = cardOf().split("---\n");
    expect(parse(front)).toEqual({
      base_model: ["lab/base", "lab/poet"],
      library_name: "transformers",
      tags: ["mergekit", "merge", "awase"],
    });
  });

  it("has an empty lineage where all models are local", () => {
    const local = "merge_method: passthrough\nmodels: [{model: folder/of mine|<b>}]\n";
    expect(parse(cardOf(local).split("---\n")[1] ?? "")).toMatchObject({ base_model: [] });
  });

  it("names method, models with commits, seed, recipe and hashes", () => {
    const card = cardOf();
    expect(card).toContain("# my merge\n");
    expect(card).toContain(
      "[TIES](https://arxiv.org/abs/2306.01708), with [lab/base](https://huggingface.co/lab/base)",
    );
    expect(card).toContain("- [lab/poet](https://huggingface.co/lab/poet), commit `bbb2`\n");
    expect(card).toContain("seed 42");
    expect(card).toContain(`\`\`\`yaml\n${RECIPE}\`\`\``);
    expect(card).toContain("| `model.safetensors` | 1234 | `ab12` |");
  });

  it("shows names from outside as text", () => {
    expect(cardOf(RECIPE, "<img src=x>\n# [hi](javascript:0)")).toContain(
      "# \\<img src=x\\> \\# \\[hi\\]\\(javascript:0\\)\n",
    );
    expect(cardOf()).toContain("- `folder/of mine\\|<b>`\n");
  });

  it("keeps the recipe inside its fence", () => {
    const card = cardOf(`# \`\`\`\`\n# </pre><script>\n${RECIPE}`);
    expect(card).toContain("`````yaml\n# ````\n");
  });
});
