import { Area, ComposedChart, Line, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { useFormats, useText } from "../context";
import { AXIS, FRAME, INITIAL, MARGIN, X_TICK } from "./axes";
import classes from "./Charts.module.css";
import { Legend, type LegendEntry } from "./Legend";
import { CAP, NO_CHANGE, OTHER, OtherDot, SHOWN, VerdictDot } from "./marks";
import { beside, type Point, pointsOf } from "./points";
import { axisFor, onAxis } from "./scale";
import type { ChartSource } from "./source";
import { TooltipCard } from "./TooltipCard";
import { useStageText } from "./useStageText";

/** Relative perplexity, stage by stage or by depth, with the cap. */
export function PerplexityChart({ shown, other, view }: ChartSource) {
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
  const data = pairs.map((pair) => ({
    ...pair,
    tick: tickOf(pair.shown ?? pair.other),
    relative: place(pair.shown?.relative?.ratio),
    band: bandOf(pair.shown).map(place),
    otherRelative: place(pair.other?.relative?.ratio),
  }));
  const verdicts = [
    ...new Set(points.flatMap(({ stage }) => (stage && stage.verdict !== "kept" ? [stage.verdict] : []))),
  ];
  return (
    <>
      <div className={classes.plot} role="img" aria-label={t.charts.names.perplexity}>
        <ResponsiveContainer {...FRAME} initialDimension={INITIAL}>
          <ComposedChart data={data} margin={MARGIN} accessibilityLayer={false}>
            <XAxis dataKey="key" tickFormatter={(key) => data.find((at) => at.key === key)?.tick ?? ""} {...X_TICK} />
            <YAxis {...AXIS} {...axis} allowDataOverflow tickFormatter={formats.measure} />
            <ReferenceLine y={1} {...NO_CHANGE} />
            {cap !== undefined && <ReferenceLine y={cap} {...CAP} />}
            <Tooltip
              isAnimationActive={false}
              content={({ payload }) => {
                const at = data.find(({ key }) => key === payload[0]?.payload?.key);
                return at ? (
                  <TooltipCard
                    title={titleOf(at.shown ?? at.other)}
                    lines={[
                      ...linesOf(t.charts.thisRun, at.shown, formats.measure),
                      ...(at.shown?.stage
                        ? [{ label: t.charts.columns.verdict, value: verdictOf(at.shown.stage) }]
                        : []),
                      ...linesOf(t.charts.pinned, at.other, formats.measure),
                    ]}
                  />
                ) : null;
              }}
            />
            <Area
              dataKey="band"
              stroke="none"
              fill="var(--model-0)"
              fillOpacity={0.16}
              isAnimationActive={false}
              activeDot={false}
              dot={false}
            />
            {other && <Line dataKey="otherRelative" {...OTHER} dot={<OtherDot />} isAnimationActive={false} />}
            <Line
              dataKey="relative"
              {...SHOWN}
              isAnimationActive={false}
              dot={({ key, cx, cy, index }) => (
                <VerdictDot key={key} cx={cx} cy={cy} verdict={data[index]?.shown?.stage?.verdict} />
              )}
            />
          </ComposedChart>
        </ResponsiveContainer>
      </div>
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
  if (!relative) return [];
  const width = 2 * relative.standardError;
  return [Math.exp(relative.ln - width), Math.exp(relative.ln + width)];
}

function linesOf(label: string, point: Point | undefined, format: (value: number) => string) {
  return point?.relative ? [{ label, value: format(point.relative.ratio) }] : [];
}
