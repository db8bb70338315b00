import { SegmentedControl } from "@mantine/core";
import { Area, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { Divergence } from "../../eval/types";
import { useFormats, useStudio, useText } from "../context";
import { AXIS, FRAME, INITIAL, MARGIN, X_TICK } from "./axes";
import classes from "./Charts.module.css";
import { Legend } from "./Legend";
import { OTHER, OtherDot, SHOWN, VerdictDot } from "./marks";
import { beside, pointsOf } from "./points";
import { axisFor, onAxis } from "./scale";
import type { ChartSource } from "./source";
import { TooltipCard } from "./TooltipCard";
import { useStageText } from "./useStageText";

/** Between which quantiles of KL each band lies, and how strongly it is drawn: the tail is faint. */
const BANDS = [
  { from: "median", to: "q90", opacity: 0.3 },
  { from: "q90", to: "q95", opacity: 0.18 },
  { from: "q95", to: "q99", opacity: 0.09 },
] as const;

/** Mean symmetric KL with the base, and how it spreads over the tokens, or how sure the mean is. */
export function DivergenceChart({ shown, other, view }: ChartSource) {
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
  const data = pairs.map((pair) => {
    const divergence = pair.shown?.divergence;
    const { median = 0, q90 = 0, q95 = 0, q99 = 0 } = divergence?.quantiles ?? {};
    return {
      ...pair,
      tick: tickOf(pair.shown ?? pair.other),
      mean: place(divergence?.symmetric),
      otherMean: place(pair.other?.divergence?.symmetric),
      errors: errorsOf(divergence)?.map(place),
      median: place(median),
      q90: place(q90),
      q95: place(q95),
      q99: place(q99),
    };
  });
  return (
    <>
      <div className={classes.plot} role="img" aria-label={t.charts.names.divergence}>
        <ResponsiveContainer {...FRAME} initialDimension={INITIAL}>
          <ComposedChart data={data} margin={MARGIN} accessibilityLayer={false}>
            <XAxis dataKey="key" tickFormatter={(key) => data.find((at) => at.key === key)?.tick ?? ""} {...X_TICK} />
            <YAxis {...AXIS} {...axis} allowDataOverflow tickFormatter={formats.measure} />
            <Tooltip
              isAnimationActive={false}
              content={({ payload }) => {
                const at = data.find(({ key }) => key === payload[0]?.payload?.key);
                const divergence = at?.shown?.divergence;
                return at ? (
                  <TooltipCard
                    title={titleOf(at.shown ?? at.other)}
                    lines={[
                      ...(divergence
                        ? [
                            {
                              label: t.charts.thisRun,
                              value: `${formats.measure(divergence.symmetric)} ± ${formats.number(divergence.standardError)}`,
                            },
                            { label: t.charts.columns.q90, value: formats.number(divergence.quantiles.q90) },
                            { label: t.charts.columns.q99, value: formats.number(divergence.quantiles.q99) },
                          ]
                        : []),
                      ...(at.other?.divergence
                        ? [{ label: t.charts.pinned, value: formats.measure(at.other.divergence.symmetric) }]
                        : []),
                    ]}
                  />
                ) : null;
              }}
            />
            {quantiles ? (
              BANDS.map(({ from, to, opacity }) => (
                <Area
                  key={to}
                  dataKey={(at: (typeof data)[number]) => at.shown?.divergence && [at[from], at[to]]}
                  stroke="var(--model-0)"
                  strokeOpacity={0.35}
                  strokeWidth={0.5}
                  fill="var(--model-0)"
                  fillOpacity={opacity}
                  activeDot={false}
                  dot={false}
                  isAnimationActive={false}
                />
              ))
            ) : (
              <Area
                dataKey="errors"
                stroke="none"
                fill="var(--model-0)"
                fillOpacity={0.2}
                activeDot={false}
                dot={false}
                isAnimationActive={false}
              />
            )}
            {other && <Line dataKey="otherMean" {...OTHER} dot={<OtherDot />} isAnimationActive={false} />}
            <Line
              dataKey="mean"
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
          { label: t.charts.columns.symmetric, line: SHOWN, mark: <VerdictDot cx={14} cy={6} /> },
          ...(other ? [{ label: t.charts.pinned, line: OTHER, mark: <OtherDot cx={14} cy={6} /> }] : []),
          ...(quantiles
            ? BANDS.map(({ from, to, opacity }) => ({
                label: `${t.charts.columns[from]} – ${t.charts.columns[to]}`,
                mark: (
                  <rect
                    x={8}
                    y={1}
                    width={12}
                    height={10}
                    fill="var(--model-0)"
                    fillOpacity={opacity}
                    stroke="var(--model-0)"
                    strokeOpacity={0.35}
                  />
                ),
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
  if (!divergence) return undefined;
  const { symmetric, standardError } = divergence;
  return [Math.max(0, symmetric - 2 * standardError), symmetric + 2 * standardError];
}
