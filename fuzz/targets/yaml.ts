import { MemoryFolder } from "../../src/io/memory";
import { methodFacts } from "../../src/merge/registry";
import type { Model } from "../../src/model/model";
import { openCheckpoint } from "../../src/model/open";
import { structureMixture } from "../../src/recipe/mixture/structureMixture";
import { parseRecipe } from "../../src/recipe/parse/parse";
import type { ParsedRecipe } from "../../src/recipe/parse/recipe";
import { planMerge } from "../../src/recipe/plan/planMerge";
import { structure } from "../../src/recipe/plan/structure";
import { planTokenizer } from "../../src/recipe/plan/vocabulary/planTokenizer";
import { withStrengths } from "../../src/recipe/strength/strength";
import { setDType, setMethod } from "../../src/recipe/text/edit/edit";
import { writeAnew } from "../../src/recipe/text/edit/writeAnew";
import { readSyntax } from "../../src/recipe/text/syntax";
import { recipeText } from "../grammar/recipe";
import { LLAMA_CONFIG, llamaTensors, weightsFile } from "../models";
import { mutateText } from "../mutate/text";
import { checkProblems } from "../problems";
import { same } from "../same";
import { filesEnding, readText } from "../seeds";
import { ACCEPTED, ensure, type Target, textOf } from "../target";

const WORDS = [
  ...[
    "models:",
    "slices:",
    "sources:",
    "merge_method:",
    "base_model:",
    "parameters:",
    "dtype:",
    "out_dtype:",
    "tokenizer:",
  ],
  ...[
    "tokenizer_source: union",
    "chat_template: auto",
    "layer_range: [0, 2]",
    "- model: a",
    "model: b",
    "weight: 0.5",
    "density: 0.3",
  ],
  ...[
    "- filter: mlp\n  value: 0.5",
    "value: [0, 1]",
    "t:",
    "*x",
    "&x",
    "<<: *x",
    "<<: [*x, *x]",
    "!!str",
    "!!binary",
    "!!omap",
    "!!set",
  ],
  ...[
    "# awase:",
    "# awase: {seed: 7}",
    "bfloat16",
    "float16",
    "yes",
    "~",
    "linear",
    "ties",
    "slerp",
    "passthrough",
    "a@main",
    "org/a",
  ],
  ...[
    "? ",
    "|\n",
    ">\n",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "\t",
    "[",
    "]",
    "{",
    "}",
    "```yaml\n",
    "：",
    "“",
    "”",
    "https://huggingface.co/org/a",
  ],
];

/** Edits of a text that may be made over and over. */
const MOST_FIXES = 8;

/**
 * Recipes. Whatever the text, there are few problems with their places in it, and time and output in proportion. A recipe without
 * errors says the same after it was written anew, after an edit that sets what is there, and after one that sets something else but for
 * that. Every fix changes the text. Plans and weakened recipes are made or have reasons.
 */
export const yaml: Target = {
  name: "yaml",
  time: { base: 500, perKb: 40 },
  async open() {
    const texts = ["e2e/golden/merge/recipes", "e2e/cases"]
      .flatMap((folder) => filesEnding(folder, ".yaml"))
      .map(readText);
    const models = new Map<string, Model>();
    for (const [at, key] of ["a", "b", "base"].entries()) {
      const files = {
        "config.json": encode(JSON.stringify(LLAMA_CONFIG)),
        "model.safetensors": weightsFile(llamaTensors(2), at),
      };
      models.set(key, await openCheckpoint(key, new MemoryFolder(key, files)));
    }
    return {
      make(random) {
        if (random.oneIn(3)) return { recipe: recipeText(random) };
        const seed = random.oneIn(2) ? random.pick(texts) : recipeText(random);
        return {
          recipe: mutateText(random, seed, { words: WORDS, others: texts, limit: random.oneIn(100) ? 260_000 : 8000 }),
        };
      },
      check: async (input) => checkRecipe(textOf(input, "recipe"), models),
    };
  },
};

const LATER = { tokenizers: planTokenizer, mixtures: structureMixture };
const OPTIONS = { budgetBytes: 2 ** 26, tokenizers: planTokenizer };

function checkRecipe(text: string, models: ReadonlyMap<string, Model>): string {
  const parsed = parseRecipe(text);
  checkProblems(parsed.problems, text);
  checkFixes(text, parsed);
  const error = parsed.problems.find(({ severity }) => severity === "error");
  if (error) return error.code;
  ensure(parsed.recipe !== undefined, () => "there is no recipe and no error");
  checkRewritten(text, parsed);
  const plan = planMerge(text, models, methodFacts, OPTIONS);
  checkProblems(plan.problems, text);
  const refused = plan.problems.find(({ severity }) => severity === "error");
  ensure((plan.plan === undefined) === (refused !== undefined), () => "there is a plan with errors, or none without");
  if (!plan.plan) return refused?.code ?? ACCEPTED;
  for (const { name, bytes, shape } of plan.plan.tensors) {
    ensure(
      Number.isSafeInteger(bytes) && bytes >= 0 && shape.every(Number.isSafeInteger),
      () => `${name} is planned with ${bytes} bytes`,
    );
  }
  checkWeakened(text, models);
  return ACCEPTED;
}

/** What the recipe says, without where it says it. */
function meaning({ recipe }: ParsedRecipe): unknown {
  return JSON.parse(
    JSON.stringify(recipe, (key, value: unknown) => (/span/i.test(key) ? undefined : plain(value))) ?? "null",
  );
}

function plain(value: unknown): unknown {
  if (value instanceof Map) return [...value];
  return typeof value === "number" ? `number ${Object.is(value, -0) ? 0 : value}` : value;
}

function checkRewritten(text: string, parsed: ParsedRecipe): void {
  const before = meaning(parsed);
  const { document } = readSyntax(text);
  ensure(document !== undefined, () => "there is a recipe and no document");
  const anew = writeAnew(document, text);
  ensure(same(meaning(parseRecipe(anew)), before), () => `written anew it says something else: ${anew}`);
  const method = parsed.recipe?.method.value ?? "";
  const set = setMethod(text, method);
  ensure(
    same(meaning(parseRecipe(set)), before),
    () => `with its method set to what it is it says something else: ${set}`,
  );
  const typed = setDType(text, "float16");
  const after = parseRecipe(typed);
  ensure(after.recipe?.dtype?.value === "F16", () => `its dtype was set, and it does not say so: ${typed}`);
  const { dtype: _, ...others } = meaning(after) as Record<string, unknown>;
  const { dtype: __, ...unchanged } = before as Record<string, unknown>;
  ensure(same(others, unchanged), () => `its dtype was set, and it says something else besides: ${typed}`);
}

/** A fix is for something: it changes the text, and what it was for is not there in the same place with the same fix. */
function checkFixes(text: string, parsed: ParsedRecipe): void {
  for (const { code, fix } of parsed.problems.filter((problem) => problem.fix).slice(0, MOST_FIXES)) {
    if (!fix) continue;
    const fixed = text.slice(0, fix.from) + fix.insert + text.slice(fix.to);
    ensure(fixed !== text, () => `the fix of ${code} changes nothing`);
    const again = parseRecipe(fixed);
    checkProblems(again.problems, fixed);
    const still = again.problems.some(
      (other) => other.code === code && other.fix?.from === fix.from && other.fix.insert === fix.insert,
    );
    ensure(!still, () => `the fix of ${code} does not mend it: ${fixed}`);
  }
}

function checkWeakened(text: string, models: ReadonlyMap<string, Model>): void {
  const half = (name: string) => (name.includes("layers.1.") ? 0.5 : 1);
  const report = withStrengths(text, half, {
    structure: (recipe) => structure(recipe, models, methodFacts, undefined, LATER),
    base: "base",
  });
  // Their places are in the text with the base listed, which is not this one.
  checkProblems(
    report.problems.map(({ span: _, fix: __, ...problem }) => problem),
    text,
  );
  if (report.recipe === undefined) return;
  const { plan } = planMerge(report.recipe, models, methodFacts, OPTIONS);
  ensure(plan !== undefined, () => `the weaker recipe has no plan: ${report.recipe}`);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
