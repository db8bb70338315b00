import type { ChartId } from "../../state/measuring/chartView";
import type { MeasurementRecord } from "../../state/measuring/records";
import { useText } from "../context";
import { groupName } from "../parts/groupName";
import { eosOf } from "./eosRows";
import { layerDrifts, pointsOf, promptPairs } from "./points";
import type { ChartSource } from "./source";
import type { Cell, ChartTable } from "./table";
import { useStageText } from "./useStageText";

/** The rows behind each chart. With a second run beside the first, a column says whose they are. */
export function useChartTables(): Readonly<Record<ChartId, (source: ChartSource) => ChartTable>> {
  const t = useText();
  const { nameOf, verdictOf } = useStageText();
  const { columns } = t.charts;

  const ofRuns = (
    { shown, other }: ChartSource,
    names: readonly string[],
    rowsOf: (record: MeasurementRecord) => readonly (readonly Cell[])[],
  ): ChartTable => {
    if (!other) return { columns: names, rows: rowsOf(shown) };
    const named = (record: MeasurementRecord, label: string) => rowsOf(record).map((row) => [label, ...row]);
    return {
      columns: [columns.run, ...names],
      rows: [...named(shown, t.charts.thisRun), ...named(other, t.charts.pinned)],
    };
  };

  return {
    perplexity: (source) =>
      ofRuns(
        source,
        [
          columns.stage,
          columns.group,
          columns.strength,
          columns.perplexity,
          columns.relative,
          columns.standardError,
          columns.verdict,
        ],
        (record) =>
          pointsOf(record, source.view).map((point) => [
            String(point.turn),
            nameOf(point),
            point.stage?.strength,
            point.perplexity,
            point.relative?.ratio,
            point.relative?.standardError,
            point.stage && verdictOf(point.stage),
          ]),
      ),
    divergence: (source) =>
      ofRuns(
        source,
        [
          columns.stage,
          columns.group,
          columns.symmetric,
          columns.klError,
          columns.median,
          columns.q90,
          columns.q95,
          columns.q99,
        ],
        (record) =>
          pointsOf(record, source.view).flatMap((point): Cell[][] => {
            const { divergence } = point;
            if (!divergence) return [];
            const { median, q90, q95, q99 } = divergence.quantiles;
            return [
              [
                String(point.turn),
                nameOf(point),
                divergence.symmetric,
                divergence.standardError,
                median,
                q90,
                q95,
                q99,
              ],
            ];
          }),
      ),
    prompts: (source) =>
      ofRuns(source, [columns.prompt, columns.base, columns.merged, columns.tokens], (record) =>
        promptPairs(record, source.view.set).map(({ prompt, base, merged, tokens }) => [
          String(prompt),
          base,
          merged,
          tokens,
        ]),
      ),
    eos: (source) => {
      const names = { base: columns.base, shown: t.charts.thisRun, other: t.charts.pinned };
      return {
        columns: [columns.run, columns.endToken, columns.medianRank, columns.logProbability, columns.premature],
        rows: eosOf(source).flatMap(({ whose, eos }) => [
          [names[whose], t.charts.anyEnd, eos.medianRank, eos.logProbability, eos.premature],
          ...eos.perId.map(({ id, token, logProbability }): Cell[] => [
            names[whose],
            `${token} (${id})`,
            undefined,
            logProbability,
            undefined,
          ]),
        ]),
      };
    },
    drift: (source) =>
      ofRuns(source, [columns.layer, columns.drift, columns.largest, columns.norm, columns.nonFinite], (record) =>
        layerDrifts(record).map(({ group, layer, mean, largest, norm, nonFinite }) => [
          layer === undefined ? groupName(group, t) : String(layer),
          mean,
          largest,
          norm,
          nonFinite,
        ]),
      ),
  };
}
