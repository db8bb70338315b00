import { append } from "../../base/lists";
import { fewProblems } from "../problems/fewProblems";
import type { Problem, TextSpan } from "../problems/problem";
import { readingProblem } from "../problems/reading";
import type { TextDocument } from "../text/documents";
import type { ParsedRecipe, Recipe, RecipeStage } from "./recipe";
import { openModels } from "./references";

/** A recipe of several, read. */
interface Part {
  readonly document: TextDocument;
  readonly parsed: ParsedRecipe;
  readonly name: string | undefined;
  /** Where to say something of it. */
  readonly span: TextSpan | undefined;
}

const PASTED: ReadonlySet<string> = new Set(["recipe/fence", "recipe/command"]);

/**
 * Several recipes as one: that which is written, and before it those whose results it takes, in the order in which they can be made. A
 * model that is called as one of the recipes is its result; whatever else has that name (a method, a filter) means what it always does.
 * @param read reads one of them
 */
export function joinDocuments(
  documents: readonly TextDocument[],
  read: (document: TextDocument) => ParsedRecipe,
): ParsedRecipe {
  const parts = documents.map((document): Part => {
    const parsed = read(document);
    const { recipe } = parsed;
    return { document, parsed, name: recipe?.name?.value, span: recipe?.name?.span ?? recipe?.method.span };
  });
  // The head of a model card before a recipe in a fence: what was pasted is one text, and the fix is for all of it.
  const pasted = parts.flatMap(({ parsed }) => parsed.problems).find(({ code }) => PASTED.has(code));
  if (pasted) return { problems: [pasted] };
  const problems = parts.flatMap(({ document, parsed }) => ownProblems(document, parsed.problems));
  const facts = { documents: parts.length };
  for (const { span } of parts.filter(({ parsed }) => parsed.recipe?.mixture)) {
    problems.push(readingProblem({ code: "recipe/mixture-among-others", severity: "error", facts, span }));
  }
  const [written, found] = writtenOf(parts);
  append(problems, found);
  if (!written?.parsed.recipe) return { problems: fewProblems(distinct(problems)) };
  const order = new Order(parts);
  const stages = order.before(written);
  append(problems, order.problems);
  for (const part of parts) {
    if (part === written || stages.includes(part) || part.name === undefined) continue;
    if (order.problems.length + found.length > 0) break; // what is wrong says more
    const unused = { name: part.name };
    problems.push(
      readingProblem({ code: "recipe/unused-document", severity: "warning", facts: unused, span: part.span }),
    );
  }
  const recipe: Recipe = {
    ...written.parsed.recipe,
    range: rangeOf(written),
    unused: parts.flatMap((part) => (part === written || stages.includes(part) ? [] : (part.name ?? []))),
    stages: stages.flatMap(stageOf),
  };
  return { recipe, problems: fewProblems(distinct(problems)) };
}

/** A donor of the block lends to what is written. */
function stageOf(part: Part): RecipeStage[] {
  const { name, parsed } = part;
  if (!parsed.recipe || name === undefined) return [];
  const { donor, ...extras } = parsed.recipe.extras;
  return [{ name, recipe: { ...parsed.recipe, extras, range: rangeOf(part) } }];
}

function rangeOf({ document: { from, to } }: Part): { readonly from: number; readonly to: number } {
  return { from, to };
}

/** Each said once: Awase's own block is read with every document. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ code, span }) => {
    const key = `${code} ${span?.from} ${span?.to}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** An edit that would reach into another recipe is left out. */
function ownProblems({ from, to }: TextDocument, problems: readonly Problem[]): Problem[] {
  return problems.map((problem) => {
    const { fix, ...rest } = problem;
    return fix && (fix.from < from || fix.to > to) ? rest : problem;
  });
}

/** The recipe that is written: the one without a name, or the only one that no other takes. */
function writtenOf(parts: readonly Part[]): readonly [written: Part | undefined, problems: readonly Problem[]] {
  const problems: Problem[] = [];
  for (const [at, { name, span }] of parts.entries()) {
    if (name === undefined || !parts.slice(0, at).some((before) => before.name === name)) continue;
    problems.push(readingProblem({ code: "recipe/same-name", severity: "error", facts: { name }, span }));
  }
  const unnamed = parts.filter(({ name, parsed }) => name === undefined && parsed.recipe);
  const [first, second] = unnamed;
  if (second) {
    const facts = { documents: unnamed.length };
    problems.push(readingProblem({ code: "recipe/unnamed-documents", severity: "error", facts, span: second.span }));
  }
  if (first) return [first, problems];
  const taken = new Set(parts.flatMap(({ parsed }) => pathsOf(parsed.recipe)));
  const results = parts.filter(({ name, parsed }) => parsed.recipe && name !== undefined && !taken.has(name));
  const [only, more] = results;
  if (only && !more) return [only, problems];
  if (more) {
    const facts = { names: results.map(({ name }) => name).join(", ") };
    problems.push(readingProblem({ code: "recipe/several-results", severity: "error", facts, span: more.span }));
  }
  return [only ?? parts.find(({ parsed }) => parsed.recipe), problems];
}

/** What a recipe takes, each path once. */
function pathsOf(recipe: Recipe | undefined): readonly string[] {
  return recipe ? [...new Set(openModels(recipe).map(({ path }) => path))] : [];
}

/** Recipes before those that take their results. */
class Order {
  readonly problems: Problem[] = [];
  readonly #done = new Set<Part>();
  readonly #byName = new Map<string, Part>();

  constructor(parts: readonly Part[]) {
    for (const part of parts) {
      if (part.name !== undefined && !this.#byName.has(part.name)) this.#byName.set(part.name, part);
    }
  }

  before(written: Part): readonly Part[] {
    const ordered: Part[] = [];
    this.#visit(written, [], ordered);
    return ordered.slice(0, -1);
  }

  #visit(part: Part, above: readonly Part[], ordered: Part[]): void {
    if (this.#done.has(part)) return;
    for (const { path, span } of part.parsed.recipe ? openModels(part.parsed.recipe) : []) {
      const next = this.#byName.get(path);
      if (!next) continue;
      const circle = [...above, part];
      if (!circle.includes(next)) {
        this.#visit(next, circle, ordered);
        continue;
      }
      const names = [...circle.slice(circle.indexOf(next)), next].map(({ name }) => name ?? "?").join(" → ");
      this.problems.push(readingProblem({ code: "recipe/document-cycle", severity: "error", facts: { names }, span }));
    }
    this.#done.add(part);
    ordered.push(part);
  }
}
