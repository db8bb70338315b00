import type { YAMLError } from "yaml";
import type { Problem, TextSpan } from "../problems/problem";
import { readingProblem } from "../problems/reading";

/** More would only repeat the first. */
export const MAX_YAML_PROBLEMS = 5;

/** What the reader of YAML found wrong, once per place. */
export function yamlProblems(
  errors: readonly YAMLError[],
  span: (from: number, to: number) => TextSpan,
): readonly Problem[] {
  const places = new Map<number, YAMLError>();
  for (const error of errors) if (!places.has(error.pos[0])) places.set(error.pos[0], error);
  return [...places.values()].slice(0, MAX_YAML_PROBLEMS).map(({ code, message, pos }) =>
    readingProblem({
      code: "recipe/yaml",
      severity: "error",
      facts: { reason: message, kind: code },
      span: span(...pos),
    }),
  );
}
