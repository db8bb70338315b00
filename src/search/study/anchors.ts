import type { Path, Value } from "../../recipe/text/edit/editText";
import { legal, type Point, pointOf, type Space } from "../space/space";

/** A point that is known before the search, and what it is called. */
export interface Anchor {
  readonly name: string;
  readonly point: Point;
}

/** A hole of a recipe, by the model whose weight it is. */
export interface WeightHole {
  readonly model: string;
  readonly parameters: readonly number[];
}

/**
 * What people would try first: each model alone, all of them alike, all of them at full strength, and the recipe as it stood before it was marked (`now`). Where weights
 * are not what is searched, the ends and the middle of every range.
 */
export function anchorsOf(
  space: Space,
  weights: readonly WeightHole[],
  now: readonly (number | undefined)[],
): readonly Anchor[] {
  const models = [...new Set(weights.map(({ model }) => model))];
  const at = (value: (parameter: number) => number | undefined): Point =>
    pointOf(space, (parameter, k) => {
      if (parameter.kind === "choice") return now[k] ?? 0;
      return legal(parameter, value(k) ?? now[k] ?? middle(parameter.low, parameter.high, parameter.log));
    });
  const withWeights = (weightOf: (model: string) => number) =>
    at((k) => {
      const hole = weights.find(({ parameters }) => parameters.includes(k));
      return hole && weightOf(hole.model);
    });
  const found: Anchor[] = [];
  if (now.some((value) => value !== undefined)) found.push({ name: "recipe", point: at(() => undefined) });
  if (models.length > 0) {
    for (const model of models)
      found.push({ name: `${model} alone`, point: withWeights((other) => (other === model ? 1 : 0)) });
    found.push({ name: "uniform", point: withWeights(() => 1 / models.length) });
    found.push({ name: "all at 1", point: withWeights(() => 1) });
  } else {
    found.push({ name: "low", point: ends(space, "low") }, { name: "high", point: ends(space, "high") });
    found.push({ name: "middle", point: at(() => undefined) });
  }
  return distinct(found);
}

function middle(low: number, high: number, log: boolean): number {
  return log ? Math.sqrt(low * high) : (low + high) / 2;
}

function ends(space: Space, end: "low" | "high"): Point {
  return pointOf(space, (parameter) => (parameter.kind === "choice" ? 0 : parameter[end]));
}

function distinct(anchors: readonly Anchor[]): readonly Anchor[] {
  const seen = new Set<string>();
  return anchors.filter(({ point }) => {
    const key = JSON.stringify(point);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Parameters that are the weight of a model: where they stand in a recipe, and the model beside them. */
export function weightHoles(
  holes: readonly { readonly path: Path; readonly parameters: readonly number[] }[],
  valueAt: (path: Path) => Value | undefined,
): readonly WeightHole[] {
  return holes.flatMap(({ path, parameters }) => {
    const at = path.lastIndexOf("parameters");
    if (at < 2 || path[at + 1] !== "weight") return [];
    const model = valueAt([...path.slice(0, at), "model"]);
    return typeof model === "string" ? [{ model, parameters }] : [];
  });
}
