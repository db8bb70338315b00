import type { ColumnOf, Figure, NameOf, ValuesOf } from "./defineMeasure";
import { divergenceMeasure } from "./measures/divergence";
import { eosMeasure } from "./measures/eosHealth";
import { exactMatchMeasure } from "./measures/exactMatch";
import { generationMeasure } from "./measures/generationHealth";
import { multipleChoiceMeasure } from "./measures/multipleChoice";
import { perplexityMeasure } from "./measures/perplexity";
import type { EvaluationFacts, Prompt } from "./types";

/** Every measure, in the order of reports. */
export const MEASURES = [
  perplexityMeasure,
  divergenceMeasure,
  eosMeasure,
  generationMeasure,
  exactMatchMeasure,
  multipleChoiceMeasure,
] as const;

export type ListedMeasure = (typeof MEASURES)[number];
export type MeasureId = ListedMeasure["id"];
/** What figures are called: each has a name in the catalogues. */
export type FigureName = NameOf<ListedMeasure>;
/** Those that have a column in the table of results. */
export type ColumnName = ColumnOf<ListedMeasure>;

/** Everything measured of one model with one prompt set; absent: not asked for, or the set has no such prompts. */
export type Evaluation = EvaluationFacts & Values;
type Values = ValuesOf<ListedMeasure>;

/** Measures by their names, or `all` that the prompts call for; `quick`: without those that take too long to follow a slider. */
export type Wanted = "all" | "quick" | readonly MeasureId[];

export function measuresFor(wanted: Wanted, prompts: readonly Prompt[]): readonly ListedMeasure[] {
  return MEASURES.filter((measure) => {
    if (typeof wanted !== "string") return wanted.includes(measure.id);
    if (wanted === "quick" && measure.reads === "answers") return false;
    return !("suits" in measure) || prompts.some((prompt) => measure.suits?.(prompt));
  });
}

/** What was measured, in figures; the base's own values beside them, where they are there. */
export function figuresOf(values: Values, base?: Values): readonly Figure<FigureName>[] {
  return MEASURES.flatMap((measure): readonly Figure<FigureName>[] => measure.figures(values, base));
}

/** Figures with a column in the table of results, in its order. */
export function columns(): readonly ColumnName[] {
  return MEASURES.flatMap((measure): readonly ColumnName[] => measure.columns ?? []);
}
