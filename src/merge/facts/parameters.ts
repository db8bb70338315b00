import type { ParameterFacts } from "../../recipe/facts";

/** Facts that several methods share. Ranges are what a slider offers, not what is legal. */
export const WEIGHT = { kind: "number", range: [-1, 2], step: 0.01 } as const satisfies ParameterFacts;
export const DENSITY = { kind: "number", default: 1, range: [0, 1], step: 0.01 } as const satisfies ParameterFacts;
export const LAMBDA = { kind: "number", default: 1, range: [0, 2], step: 0.01 } as const satisfies ParameterFacts;

export function flag<const D extends boolean>(value: D) {
  return { kind: "boolean", default: value } as const satisfies ParameterFacts;
}
