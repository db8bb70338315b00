import { ReferenceLine } from "recharts";
import { useFormats, useText } from "../context";
import { beside, type Point, pointsOf } from "./data/points";
import type { ChartSource } from "./data/source";
import { defineChart, rowsOfRuns } from "./define";
import { Legend, type LegendEntry } from "./plot/Legend";
import { CAP, NO_CHANGE, OTHER, OtherDot, SHOWN, VerdictDot } from "./plot/marks";
import { Band, type PlotRow, RunPlot } from "./plot/RunPlot";
import { axisFor, onAxis } from "./plot/scale";
import { useStageText } from "./useStageText";

interface PerplexityRow extends PlotRow {
  readonly band: readonly (number | undefined)[];
}

/** Relative perplexity, stage by stage or by depth, with the cap. */
function PerplexityChart({ shown, other, view }: ChartSource) {
  const t = useText();
  const formats = useFormats();
  const { tickOf, titleOf, verdictOf } = useStageText();
  const points = pointsOf(shown, view);
  const others = other ? pointsOf(other, view) : [];
  const cap = shown.watched?.cap;
  const pairs = beside(points, others);
  const drawn = pairs.flatMap((pair) => [
    pair.shown?.relative?.ratio,
    ...bandOf(pair.shown),
    pair.other?.relative?.ratio,
  ]);
  const axis = axisFor([...drawn.filter((value) => value !== undefined), 1, cap ?? 1], { least: 0.02 });
  const place = (value: number | undefined) => (value === undefined ? undefined : onAxis(value, axis));
  const data = pairs.map((pair): PerplexityRow => {
    const { key, shown: own, other: pinned } = pair;
    return {
      key,
      tick: tickOf(own ?? pinned),
      title: titleOf(own ?? pinned),
      lines: [
        ...linesOf(t.charts.thisRun, own, formats.measure),
        ...(own?.stage ? [{ label: t.charts.columns.verdict, value: verdictOf(own.stage) }] : []),
        ...linesOf(t.charts.pinned, pinned, formats.measure),
      ],
      mean: place(own?.relative?.ratio),
      otherMean: place(pinned?.relative?.ratio),
      verdict: own?.stage?.verdict,
      band: bandOf(own).map(place),
    };
  });
  const verdicts = [
    ...new Set(points.flatMap(({ stage }) => (stage && stage.verdict !== "kept" ? [stage.verdict] : []))),
  ];
  return (
    <>
      <RunPlot name={t.charts.names.perplexity} data={data} axis={axis}>
        <ReferenceLine y={1} {...NO_CHANGE} />
        {cap !== undefined && <ReferenceLine y={cap} {...CAP} />}
        <Band edges={({ band }: PerplexityRow) => band} opacity={0.16} />
      </RunPlot>
      <Legend
        entries={[
          { label: t.charts.thisRun, line: SHOWN, mark: <VerdictDot cx={14} cy={6} /> },
          ...(other ? [{ label: t.charts.pinned, line: OTHER, mark: <OtherDot cx={14} cy={6} /> }] : []),
          ...(cap === undefined ? [] : [{ label: `${t.charts.cap} ${formats.number(cap)}`, line: CAP }]),
          ...verdicts.map(
            (verdict): LegendEntry => ({
              label: t.guard.verdicts[verdict],
              mark: <VerdictDot cx={14} cy={6} verdict={verdict} />,
            }),
          ),
        ]}
      />
    </>
  );
}

/** Two standard errors to either side. */
function bandOf(point: Point | undefined): number[] {
  const relative = point?.relative;
  if (!relative || !Number.isFinite(relative.standardError)) return []; // of one prompt there is no spread
  const width = 2 * relative.standardError;
  return [Math.exp(relative.ln - width), Math.exp(relative.ln + width)];
}

function linesOf(label: string, point: Point | undefined, format: (value: number) => string) {
  return point?.relative ? [{ label, value: format(point.relative.ratio) }] : [];
}

export const perplexityChart = defineChart({
  id: "perplexity",
  Chart: PerplexityChart,
  table(source, words) {
    const { columns } = words.t.charts;
    const names = [
      columns.stage,
      columns.group,
      columns.strength,
      columns.perplexity,
      columns.relative,
      columns.standardError,
      columns.verdict,
    ];
    return rowsOfRuns(source, words, names, (record) =>
      pointsOf(record, source.view).map((point) => [
        String(point.turn),
        words.nameOf(point),
        point.stage?.strength,
        point.perplexity,
        point.relative?.ratio,
        point.relative?.standardError,
        point.stage && words.verdictOf(point.stage),
      ]),
    );
  },
});
