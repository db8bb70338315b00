import { Bar, BarChart, LabelList, ReferenceLine, ResponsiveContainer, XAxis, YAxis } from "recharts";
import { largest } from "../../base/lists";
import { useFormats, useText } from "../context";
import classes from "./Charts.module.css";
import { eosOf } from "./data/eosRows";
import type { ChartSource } from "./data/source";
import type { Cell } from "./data/table";
import { defineChart } from "./define";
import { AXIS, FRAME, INITIAL, MARGIN, X_TICK } from "./plot/axes";
import { Legend } from "./plot/Legend";
import { CAP } from "./plot/marks";
import { logAxis } from "./plot/scale";

/** Beyond this median rank a model is likely to talk past the end. Source: reference/search.md 4.6. */
const WORST_RANK = 10;

const FILLS = { base: "var(--paper)", shown: "var(--model-0)", other: "url(#hatched)" } as const;
const STROKES = { base: "var(--ink-3)", shown: "var(--model-0)", other: "var(--model-1)" } as const;

/** How high an end token stands where an answer should end: 1 is first. */
function EosChart(source: ChartSource) {
  const t = useText();
  const formats = useFormats();
  const names = { base: t.charts.columns.base, shown: t.charts.thisRun, other: t.charts.pinned };
  const data = eosOf(source).flatMap(({ whose, eos }) =>
    Number.isFinite(eos.medianRank) ? [{ whose, name: names[whose], rank: eos.medianRank, low: 0.8 }] : [],
  );
  const { domain, ticks } = logAxis(
    1,
    largest(
      data.map(({ rank }) => rank),
      WORST_RANK,
    ),
  );
  return (
    <>
      <div
        className={classes.plot}
        style={{ height: 34 + 30 * data.length }}
        role="img"
        aria-label={t.charts.names.eos}
      >
        <ResponsiveContainer {...FRAME} initialDimension={INITIAL}>
          <BarChart layout="vertical" data={data} margin={{ ...MARGIN, right: 34 }} accessibilityLayer={false}>
            <defs>
              <pattern id="hatched" width={5} height={5} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <rect width={5} height={5} fill="var(--paper)" />
                <rect width={2} height={5} fill="var(--model-1)" />
              </pattern>
            </defs>
            <XAxis
              {...X_TICK}
              type="number"
              scale="log"
              domain={[0.8, domain[1]]}
              ticks={ticks}
              allowDataOverflow
              tickFormatter={formats.number}
            />
            <YAxis {...AXIS} width={70} type="category" dataKey="name" />
            <ReferenceLine x={WORST_RANK} {...CAP} />
            <Bar
              dataKey="rank"
              barSize={14}
              isAnimationActive={false}
              shape={({ x, y, width, height, index }: BarPlace) => {
                const whose = data[index]?.whose ?? "shown";
                return (
                  <rect
                    x={x}
                    y={y}
                    width={Math.max(1, width)}
                    height={height}
                    rx={2}
                    fill={FILLS[whose]}
                    stroke={STROKES[whose]}
                  />
                );
              }}
            >
              <LabelList dataKey="rank" position="right" formatter={(rank) => formats.number(Number(rank))} />
            </Bar>
          </BarChart>
        </ResponsiveContainer>
      </div>
      <Legend
        entries={[
          { label: `${t.measure.rank(formats.number(WORST_RANK))}: ${t.measure.flags["may-not-stop"]}`, line: CAP },
        ]}
      />
    </>
  );
}

interface BarPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly index: number;
}

export const eosChart = defineChart({
  id: "eos",
  Chart: EosChart,
  table(source, { t }) {
    const { columns } = t.charts;
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
});
