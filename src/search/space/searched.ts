import { type BindOptions, bind } from "../../recipe/plan/bind";
import type { MergePlan } from "../../recipe/plan/plan";
import { isSettingNumber, resettled } from "../../recipe/plan/resettle";
import type { StructureReport } from "../../recipe/plan/structure";
import type { Problem } from "../../recipe/problems/problem";
import { deleteIn, setIn, type Value } from "../../recipe/text/edit/editText";
import { type Hole, type Marked, readMarks } from "./marks";
import { type Point, pointOf, type Space, valueAt } from "./space";

/** What can be said about a point before anything is measured. */
export type PointPlan =
  | { readonly plan: MergePlan; readonly problems: readonly Problem[] }
  | { readonly plan?: never; readonly problems: readonly Problem[] };

/** A recipe whose marks take values. */
export interface SearchedRecipe {
  readonly space: Space;
  /** What a parameter of a point is in the recipe: a number, or the choice itself; nothing where it is not there. */
  inRecipe(point: Point, parameter: number): Value | undefined;
  /** The recipe with the values of a point, comments and all; what is not there is left out. */
  text(point: Point): string;
  /**
   * The merge of a point, to be measured. Numbers of settings are bound; a text is laid out once for each combination of everything else
   * (methods, layers, models).
   */
  plan(point: Point, options: BindOptions): PointPlan;
}

/** Structures that are kept: there are as many as there are combinations of choices. */
const KEPT = 64;

/**
 * Opens a recipe with marks.
 * @param structure lays out a recipe: see `structure` of src/recipe/plan
 */
export function openSearched(
  text: string,
  structure: (recipe: string) => StructureReport,
): { readonly searched?: SearchedRecipe; readonly problems: readonly Problem[] } {
  const marked = readMarks(text);
  if (marked.problems.some(({ severity }) => severity === "error")) return { problems: marked.problems };
  const searched = searchedRecipe(text, marked, structure);
  return { searched, problems: marked.problems };
}

function searchedRecipe(
  text: string,
  { space, holes, choices }: Marked,
  structure: (recipe: string) => StructureReport,
): SearchedRecipe {
  const kept: Laid[] = [];
  const inRecipe = (point: Point, parameter: number): Value | undefined => {
    const value = point[parameter];
    if (value === null || value === undefined) return undefined;
    return space[parameter]?.kind === "choice" ? choices[parameter]?.[value] : value;
  };
  /** What is written into a hole; nothing where its parameters are not there. */
  const written = (hole: Hole, point: Point): Value | undefined => {
    const values = hole.parameters.map((parameter) => inRecipe(point, parameter));
    const there = values.filter((value): value is Value => value !== undefined);
    if (there.length < values.length) return undefined;
    return hole.list ? there : there[0];
  };
  const textOf = (point: Point) => {
    let made = text;
    // From the last to the first: a place that goes away moves no other.
    for (const hole of holes.toReversed()) {
      const value = written(hole, point);
      made = value === undefined ? deleteIn(made, hole.path) : setIn(made, hole.path, value);
    }
    return made;
  };
  const laidOut = (point: Point): Laid => {
    const known = kept.find(({ fixed }) => fixed.every(([hole, value]) => same(written(hole, point), value)));
    if (known) return known;
    const laid = layOut(structure(textOf(point)), holes, (hole) => written(hole, point));
    kept.push(laid);
    if (kept.length > KEPT) kept.shift();
    return laid;
  };

  return {
    space,
    inRecipe,
    text: textOf,
    plan(point, options) {
      const { structure: found, problems, bound } = laidOut(point);
      if (!found) return { problems };
      const numbers = bound.flatMap((hole) => numbersOf(hole, written(hole, point)));
      const { structure: settled, problems: wrong } = resettled(found, numbers);
      return settled ? { plan: bind(settled, options), problems } : { problems: wrong };
    },
  };
}

/** A text that was laid out. */
interface Laid extends StructureReport {
  /** Holes whose numbers are put in anew each time. */
  readonly bound: readonly Hole[];
  /** What the others must hold; a bound one must be there, that is all. */
  readonly fixed: readonly (readonly [hole: Hole, value: Value | undefined])[];
}

function layOut(report: StructureReport, holes: readonly Hole[], written: (hole: Hole) => Value | undefined): Laid {
  // Mixtures and recipes that feed others resolve their numbers in ways of their own: their text is laid out for each point.
  const { structure } = report;
  const recipe =
    structure && !structure.mixture && structure.stages.length === 0 ? structure.context.recipe : undefined;
  const isBound = (hole: Hole) => {
    const numbers = numbersOf(hole, written(hole));
    return recipe !== undefined && numbers.length > 0 && numbers.every(({ path }) => isSettingNumber(recipe, path));
  };
  const bound = holes.filter(isBound);
  const fixed = holes.filter((hole) => !bound.includes(hole)).map((hole) => [hole, written(hole)] as const);
  return { ...report, bound, fixed };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The numbers of a hole: YAML's switches are 1 and 0. Nothing where it holds something else. */
function numbersOf(
  { path, list }: Hole,
  value: Value | undefined,
): readonly { readonly path: Hole["path"]; readonly value: number }[] {
  const numbers = (list && Array.isArray(value) ? value : [value]).map((each) =>
    typeof each === "boolean" ? Number(each) : each,
  );
  if (!numbers.every((each) => typeof each === "number")) return [];
  return numbers.map((each, k) => ({ path: list ? [...path, k] : path, value: each }));
}

/** The middle of a space, of choices the first. */
export function centreOf(space: Space): Point {
  return pointOf(space, (parameter) => (parameter.kind === "choice" ? 0 : valueAt(parameter, 0.5)));
}
