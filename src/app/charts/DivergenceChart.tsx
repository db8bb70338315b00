import { SegmentedControl } from "@mantine/core";
import type { Divergence } from "../../eval/types";
import { useFormats, useStudio, useText } from "../context";
import classes from "./Charts.module.css";
import { beside, pointsOf } from "./data/points";
import type { ChartSource } from "./data/source";
import type { Cell } from "./data/table";
import { defineChart, rowsOfRuns } from "./define";
import { Legend } from "./plot/Legend";
import { OTHER, OtherDot, SHOWN, VerdictDot } from "./plot/marks";
import { Band, BandMark, type PlotRow, RunPlot } from "./plot/RunPlot";
import { axisFor, onAxis } from "./plot/scale";
import { useStageText } from "./useStageText";

/** Between which quantiles of KL each band lies, and how strongly it is drawn: the tail is faint. */
const BANDS = [
  { from: "median", to: "q90", opacity: 0.3 },
  { from: "q90", to: "q95", opacity: 0.18 },
  { from: "q95", to: "q99", opacity: 0.09 },
] as const;

interface DivergenceRow extends PlotRow {
  readonly errors: readonly (number | undefined)[] | undefined;
  readonly quantile: (name: keyof Divergence["quantiles"]) => number | undefined;
}

/** Mean symmetric KL with the base, and how it spreads over the tokens, or how sure the mean is. */
function DivergenceChart({ shown, other, view }: ChartSource) {
  const t = useText();
  const formats = useFormats();
  const changeChartView = useStudio((state) => state.changeChartView);
  const { tickOf, titleOf } = useStageText();
  const quantiles = view.spread === "quantiles";
  const pairs = beside(pointsOf(shown, view), other ? pointsOf(other, view) : []);
  const axis = axisFor(
    pairs.flatMap(({ shown: own, other: others }) => [
      own?.divergence?.symmetric ?? 0,
      others?.divergence?.symmetric ?? 0,
      quantiles ? (own?.divergence?.quantiles.q99 ?? 0) : (errorsOf(own?.divergence)?.[1] ?? 0),
    ]),
    { zero: true },
  );
  const place = (value: number | undefined) => (value === undefined ? undefined : onAxis(value, axis));
  const data = pairs.map(({ key, shown: own, other: pinned }): DivergenceRow => {
    const divergence = own?.divergence;
    return {
      key,
      tick: tickOf(own ?? pinned),
      title: titleOf(own ?? pinned),
      lines: [
        ...(divergence
          ? [
              {
                label: t.charts.thisRun,
                value: [
                  formats.measure(divergence.symmetric),
                  ...(Number.isFinite(divergence.standardError) ? [formats.number(divergence.standardError)] : []),
                ].join(" ± "),
              },
              { label: t.charts.columns.q90, value: formats.number(divergence.quantiles.q90) },
              { label: t.charts.columns.q99, value: formats.number(divergence.quantiles.q99) },
            ]
          : []),
        ...(pinned?.divergence
          ? [{ label: t.charts.pinned, value: formats.measure(pinned.divergence.symmetric) }]
          : []),
      ],
      mean: place(divergence?.symmetric),
      otherMean: place(pinned?.divergence?.symmetric),
      verdict: own?.stage?.verdict,
      errors: errorsOf(divergence)?.map(place),
      quantile: (name) => place(divergence?.quantiles[name]),
    };
  });
  return (
    <>
      <RunPlot name={t.charts.names.divergence} data={data} axis={axis}>
        {quantiles ? (
          BANDS.map(({ from, to, opacity }) => (
            <Band
              key={to}
              edges={({ quantile }: DivergenceRow) =>
                quantile(to) === undefined ? undefined : [quantile(from), quantile(to)]
              }
              opacity={opacity}
              edged
            />
          ))
        ) : (
          <Band edges={({ errors }: DivergenceRow) => errors} opacity={0.2} />
        )}
      </RunPlot>
      <Legend
        entries={[
          { label: t.charts.columns.symmetric, line: SHOWN, mark: <VerdictDot cx={14} cy={6} /> },
          ...(other ? [{ label: t.charts.pinned, line: OTHER, mark: <OtherDot cx={14} cy={6} /> }] : []),
          ...(quantiles
            ? BANDS.map(({ from, to, opacity }) => ({
                label: `${t.charts.columns[from]} – ${t.charts.columns[to]}`,
                mark: <BandMark opacity={opacity} edged />,
              }))
            : []),
        ]}
      />
      <SegmentedControl
        className={classes.spread}
        size="xs"
        aria-label={t.charts.bands}
        value={view.spread}
        onChange={(spread) => changeChartView({ spread })}
        data={[
          { value: "quantiles", label: t.charts.quantiles },
          { value: "errors", label: t.charts.errors },
        ]}
      />
    </>
  );
}

/** Two standard errors to either side of the mean; KL is never below 0. */
function errorsOf(divergence: Divergence | undefined): [number, number] | undefined {
  if (!divergence || !Number.isFinite(divergence.standardError)) return undefined; // of one prompt there is no spread
  const { symmetric, standardError } = divergence;
  return [Math.max(0, symmetric - 2 * standardError), symmetric + 2 * standardError];
}

export const divergenceChart = defineChart({
  id: "divergence",
  Chart: DivergenceChart,
  table(source, words) {
    const { stage, group, symmetric, klError, median, q90, q95, q99 } = words.t.charts.columns;
    return rowsOfRuns(source, words, [stage, group, symmetric, klError, median, q90, q95, q99], (record) =>
      pointsOf(record, source.view).flatMap((point): Cell[][] => {
        const { divergence } = point;
        if (!divergence) return [];
        const { quantiles } = divergence;
        return [
          [
            String(point.turn),
            words.nameOf(point),
            divergence.symmetric,
            divergence.standardError,
            quantiles.median,
            quantiles.q90,
            quantiles.q95,
            quantiles.q99,
          ],
        ];
      }),
    );
  },
});
