import { largest } from "../../../base/lists";
import type { Divergence, GuardStage, PromptScore, RelativePerplexity, StageGroup } from "../../../eval/types";
import type { ChartView } from "../../../state/measuring/chartView";
import { latestSets, type MeasuredSet, type MeasurementRecord, type Watched } from "../../../state/measuring/records";

/** One measured state of a model, in the order of a chart's horizontal axis. */
export interface Point {
  /** The same for points of two runs that belong one above the other. */
  readonly key: string;
  readonly perplexity: number;
  readonly relative: RelativePerplexity | undefined;
  readonly divergence: Divergence | undefined;
  /** What the guard measured; absent for measurements of the whole recipe. */
  readonly stage: GuardStage | undefined;
  /** Which stage of the guard, or which measurement of a live record this is, from 1. */
  readonly turn: number;
}

/** What a run measured, stage by stage or from the embedding up; without a guard, measurement by measurement. */
export function pointsOf(record: MeasurementRecord, { axis, set }: Pick<ChartView, "axis" | "set">): Point[] {
  if (record.watched) {
    const stages = axis === "stage" ? record.watched.stages : settledStages(record.watched);
    return stages.map((stage) => ({
      key: axis === "stage" ? String(stage.index) : stage.group.id,
      perplexity: stage.perplexity,
      relative: stage.relative,
      divergence: stage.divergence,
      stage,
      turn: stage.index + 1,
    }));
  }
  return record.measured.flatMap((sets, index): Point[] => {
    const merged = chosenSet(sets, set)?.merged;
    if (!merged?.perplexity) return [];
    return [
      {
        key: String(index),
        perplexity: merged.perplexity.tokenWeighted,
        relative: merged.relative,
        divergence: merged.divergence,
        stage: undefined,
        turn: index + 1,
      },
    ];
  });
}

/** The last stage of each group, in the order of depth. */
export function settledStages({ stages }: Watched): GuardStage[] {
  const last = new Map(stages.map((stage) => [stage.group.id, stage]));
  return [...last.values()].sort((a, b) => depthOf(a.group) - depthOf(b.group));
}

function depthOf({ kind, from }: StageGroup): number {
  return kind === "embedding" ? -1 : kind === "head" ? Number.POSITIVE_INFINITY : from;
}

/** The set of that id, else the first. */
export function chosenSet(sets: readonly MeasuredSet[], id: string | undefined): MeasuredSet | undefined {
  return sets.find(({ set }) => set === id) ?? sets[0];
}

/** Points of two runs by key, in the order of the first; what only the second has comes after. */
export function beside(
  shown: readonly Point[],
  other: readonly Point[],
): { readonly key: string; readonly shown: Point | undefined; readonly other: Point | undefined }[] {
  const keys = [...new Set([...shown, ...other].map(({ key }) => key))];
  const find = (points: readonly Point[], key: string) => points.find((point) => point.key === key);
  return keys.map((key) => ({ key, shown: find(shown, key), other: find(other, key) }));
}

/** Perplexity of one prompt under the base and under the merge. */
export interface PromptPair {
  readonly prompt: number;
  readonly base: number;
  readonly merged: number;
  readonly tokens: number;
}

/** Prompt by prompt, as far as both were measured. */
export function promptPairs(record: MeasurementRecord, set: string | undefined): PromptPair[] {
  const report = record.watched?.report;
  const measured = chosenSet(latestSets(record), set);
  const base = report?.base.prompts ?? measured?.base?.perplexity?.prompts ?? [];
  const merged = report?.end.perplexity.prompts ?? measured?.merged.perplexity?.prompts ?? [];
  return base.flatMap((score, index): PromptPair[] => {
    const other = merged[index];
    if (!other || score.tokens === 0 || other.tokens === 0) return [];
    return [{ prompt: index + 1, base: perplexityOf(score), merged: perplexityOf(other), tokens: score.tokens }];
  });
}

function perplexityOf({ nll, tokens }: PromptScore): number {
  return Math.exp(nll / tokens);
}

/** How far the tensors of one layer moved; the embedding and the head count as layers of their own. */
export interface LayerDrift {
  readonly group: StageGroup;
  readonly layer: number | undefined;
  /** Mean and largest of ‖merged − base‖ / ‖base‖ over the layer's tensors. */
  readonly mean: number;
  readonly largest: number;
  /** Mean of ‖merged‖ / ‖base‖. */
  readonly norm: number;
  readonly nonFinite: number;
}

/** By depth, as the guard left each group. */
export function layerDrifts({ watched }: MeasurementRecord): LayerDrift[] {
  if (!watched) return [];
  return settledStages(watched).flatMap(({ group, drift }) => {
    const layers = [...new Set(drift.map(({ layer }) => layer))].sort((a = -1, b = -1) => a - b);
    return layers.map((layer): LayerDrift => {
      const tensors = drift.filter((tensor) => tensor.layer === layer);
      const finite = tensors.filter(({ relative }) => Number.isFinite(relative));
      return {
        group,
        layer,
        mean: meanOf(finite.map(({ relative }) => relative)),
        largest: largest(
          finite.map(({ relative }) => relative),
          0,
        ),
        norm: meanOf(finite.map(({ norm }) => norm)),
        nonFinite: tensors.reduce((sum, tensor) => sum + tensor.nonFinite, 0),
      };
    });
  });
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
