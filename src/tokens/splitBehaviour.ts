import { isObject, type UnknownObject } from "../formats/json";

/**
 * The definition with every `Split` whose pieces stick to their neighbours written as one that isolates them, the only kind
 * the library knows. Where R is the pattern and [^R] a character at which it does not begin:
 * `MergedWithPrevious` isolates [^R]*R?, `MergedWithNext` R[^R]*, `Contiguous` R+.
 */
export function withIsolatedSplits(definition: UnknownObject): UnknownObject {
  return { ...definition, pre_tokenizer: isolated(definition.pre_tokenizer) };
}

function isolated(step: unknown): unknown {
  if (!isObject(step)) return step ?? null;
  if (Array.isArray(step.pretokenizers)) return { ...step, pretokenizers: step.pretokenizers.map(isolated) };
  const pattern = step.type === "Split" && step.invert !== true ? patternOf(step.pattern) : undefined;
  const whole = pattern === undefined ? undefined : wholePiece(pattern, step.behavior);
  return whole === undefined ? step : { ...step, behavior: "Isolated", pattern: { Regex: whole } };
}

function patternOf(pattern: unknown): string | undefined {
  if (!isObject(pattern)) return undefined;
  if (typeof pattern.Regex === "string") return `(?:${pattern.Regex})`;
  return typeof pattern.String === "string" && pattern.String !== ""
    ? `(?:${pattern.String.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")})`
    : undefined;
}

function wholePiece(pattern: string, behavior: unknown): string | undefined {
  const others = `(?:(?!${pattern})[\\s\\S])*`;
  switch (behavior) {
    case "MergedWithPrevious":
      return `${others}${pattern}?`;
    case "MergedWithNext":
      return `${pattern}${others}`;
    case "Contiguous":
      return `${pattern}+`;
    default:
      return undefined;
  }
}
