import { own } from "../base/own";
import type { ParameterFacts, ResolvedParameters } from "../recipe/facts";

/** Facts that several methods share. Ranges are what a slider offers, not what is legal. */
export const WEIGHT: ParameterFacts = { kind: "number", range: [-1, 2], step: 0.01 };
export const DENSITY: ParameterFacts = { kind: "number", default: 1, range: [0, 1], step: 0.01 };
export const LAMBDA: ParameterFacts = { kind: "number", default: 1, range: [0, 2], step: 0.01 };

export function flag(value: boolean): ParameterFacts {
  return { kind: "boolean", default: value };
}

/** A resolved number; `fallback` where the plan leaves it open, as it may for a base model's own parameters. */
export function numberOf(parameters: ResolvedParameters, name: string, fallback: number): number {
  const value = own(parameters, name);
  return typeof value === "number" ? value : value === undefined || value === null ? fallback : Number(value);
}

export function flagOf(parameters: ResolvedParameters, name: string, fallback: boolean): boolean {
  const value = own(parameters, name);
  return value === undefined || value === null ? fallback : Boolean(value);
}
