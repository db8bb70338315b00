import type { Budget } from "../budget";
import type { Arguments, Value } from "../values/values";

export type Filter = (value: Value, given: Arguments, tools: Tools) => Value;

/** What filters and tests need of the rendering they are part of. */
export interface Tools {
  readonly budget: Budget;
  /** Applies a filter by its name. @throws {Error} where there is none */
  filter(name: string, value: Value, given: Arguments): Value;
  hasFilter(name: string): boolean;
}
