import { evalFailure } from "./failures";
import type { PositionRule } from "./types";

/**
 * Reads `all`, `last`, `tail:k` or `stride:k`, k a whole number from 1.
 * @throws {AwaseError} `eval/positions`
 */
export function parsePositionRule(text: string): PositionRule {
  const trimmed = text.trim();
  if (trimmed === "all" || trimmed === "last") return trimmed;
  const [, kind, digits] = /^(tail|stride):(\d+)$/.exec(trimmed) ?? [];
  const k = Number(digits);
  if (k >= 1 && Number.isSafeInteger(k)) return kind === "tail" ? `tail:${k}` : `stride:${k}`;
  throw evalFailure("eval/positions", { found: text });
}

/**
 * Indices of a text of `length` tokens that a rule chooses, ascending. The logits at an index predict the token after it, at
 * the last index the first token of an answer. `tail:8` is max(0, length − 8) … length − 1; `stride:k` counts back from the
 * last index, so that it is always among them. Source: reference 4.3.
 * @throws {AwaseError} `eval/positions`
 */
export function positionsOf(rule: PositionRule, length: number): readonly number[] {
  const parsed = parsePositionRule(rule);
  const [kind, k] = parsed.split(":");
  const count = kind === "last" ? 1 : kind === "tail" ? Number(k) : length;
  const step = kind === "stride" ? Number(k) : 1;
  const positions: number[] = [];
  for (let at = length - 1; at >= Math.max(0, length - count); at -= step) positions.push(at);
  return positions.reverse();
}
