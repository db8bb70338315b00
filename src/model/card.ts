import { stringify } from "yaml";
import { largest } from "../base/lists";
import type { MethodFacts } from "../recipe/facts";
import { hubIdOf, splitRevision } from "../recipe/parse/references";
import type { MergePlan, PlannedModel } from "../recipe/plan/plan";

/** What a model card is made from. */
export interface CardFacts {
  /** Of the output folder. */
  readonly name: string;
  readonly plan: MergePlan;
  readonly method: Pick<MethodFacts, "label" | "paper">;
  /** The weight files as written; `sha256` in hexadecimal. */
  readonly weights: readonly { readonly path: string; readonly size: number; readonly sha256: string }[];
}

/**
 * README.md of a merged model: front matter by which the Hub knows its lineage, the method, the models with their commits,
 * the recipe, and the hashes of the weights. Names from outside are shown as they are and never read as Markdown or HTML.
 */
export function modelCard({ name, plan, method, weights }: CardFacts): string {
  const title = method.paper ? `[${escaped(method.label)}](${method.paper.url})` : escaped(method.label);
  const base = plan.models.find(({ isBase }) => isBase);
  const sources = sourcesOf(plan);
  const merged = sources.length === 1 ? "one model" : `${sources.length} models`;
  const sections = [
    `# ${escaped(oneLine(name))}`,
    `A language model merged from ${merged} with Awase, from a mergekit recipe.`,
    "## Merge",
    `Method: ${title}${base ? `, with ${modelLink(base.key, base.revision)} as the base` : ""}.`,
    "### Models",
    [...plan.stages.map(stageLine), ...sources.map(modelLine)].join("\n"),
    "### Recipe",
    `Random draws used seed ${plan.seed}; recipes without random masks do not depend on it.`,
    fenced(plan.recipe, "yaml"),
    "### Weights",
    `${plan.totals.parameters.toLocaleString("en-US")} parameters in ${plan.totals.tensors} tensors.`,
    table(weights),
  ];
  return `---\n${frontMatter(plan)}---\n${sections.join("\n\n")}\n`;
}

/** Hub paths once each, revisions removed; models that did not come from the Hub have no place in its lineage. */
function frontMatter(plan: MergePlan): string {
  const folders = sourcesOf(plan).flatMap((model) =>
    model.adapted ? [model.adapted.model, model.adapted.adapter] : [model],
  );
  const paths = folders.flatMap(({ key, revision }) => (revision === undefined ? [] : (hubPath(key) ?? [])));
  const lineage = {
    base_model: [...new Set(paths)],
    library_name: "transformers",
    tags: ["mergekit", "merge", "awase"],
  };
  return stringify(lineage, { lineWidth: 0 });
}

function hubPath(key: string): string | undefined {
  const parts = splitRevision(key);
  return parts.ok ? hubIdOf(parts.path) : undefined;
}

/** Models that were there before, each once: the plan's own, then those of the recipes that feed it. */
function sourcesOf({ models, stages }: MergePlan): readonly PlannedModel[] {
  const seen = new Set(stages.map(({ key }) => key));
  return [...models, ...stages.flatMap(({ plan }) => plan.models)].filter(({ key }) => !seen.has(key) && seen.add(key));
}

/** Another recipe of the text, whose result was never written. */
function stageLine({ key, plan }: MergePlan["stages"][number]): string {
  return `- ${code(key)}: made on the way, from ${plan.models.map((model) => code(model.key)).join(", ")}`;
}

function modelLine({ adapted, isBase, ...model }: PlannedModel): string {
  const parts = adapted ? [adapted.model, adapted.adapter] : [model];
  return `- ${parts.map(withCommit).join(" + ")}${isBase ? " (base)" : ""}`;
}

function withCommit({ key, revision }: Pick<PlannedModel, "key" | "revision">): string {
  return `${modelLink(key, revision)}${revision === undefined ? "" : `, commit ${code(revision)}`}`;
}

/** Only what came from the Hub is linked: a folder's name may look like an id. */
function modelLink(key: string, revision: string | undefined): string {
  const path = revision === undefined ? undefined : hubPath(key);
  return path === undefined ? code(key) : `[${escaped(path)}](https://huggingface.co/${path})`;
}

function table(weights: CardFacts["weights"]): string {
  const rows = weights.map(({ path, size, sha256 }) => `| ${code(path)} | ${size} | ${code(sha256)} |`);
  return ["| File | Bytes | SHA-256 |", "|---|---:|---|", ...rows].join("\n");
}

/** A code block whose fence is longer than any run of backticks in it. */
function fenced(text: string, language: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text.endsWith("\n") ? text : `${text}\n`}${fence}`;
}

/** Inline code; `|` would end a cell even there. */
function code(text: string): string {
  const line = oneLine(text);
  const fence = "`".repeat(longestRun(line) + 1);
  const pad = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${fence}${pad}${line.replaceAll("|", "\\|")}${pad}${fence}`;
}

function longestRun(text: string): number {
  return largest(
    (text.match(/`+/g) ?? []).map((run) => run.length),
    0,
  );
}

function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]()<>#+!|~&]/g, "\\$&");
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
