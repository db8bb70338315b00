import type { ReactNode } from "react";
import { Area, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { GuardStage } from "../../../eval/types";
import { useFormats } from "../../context";
import classes from "../Charts.module.css";
import { AXIS, FRAME, INITIAL, MARGIN, X_TICK } from "./axes";
import { OTHER, OtherDot, SHOWN, VerdictDot } from "./marks";
import type { Axis } from "./scale";
import { TooltipCard, type TooltipLine } from "./TooltipCard";

/** A place on the line from left to right, with the values of both runs there. */
export interface PlotRow {
  readonly key: string;
  readonly tick: string;
  readonly title: string;
  readonly lines: readonly TooltipLine[];
  readonly mean: number | undefined;
  readonly otherMean: number | undefined;
  /** Shape of the dot. */
  readonly verdict: GuardStage["verdict"] | undefined;
}

interface RunPlotProps {
  readonly name: string;
  readonly data: readonly PlotRow[];
  readonly axis: Axis;
  /** What lies behind the lines. */
  readonly children?: ReactNode;
}

/** One run as a line, and another beside it where one is pinned. */
export function RunPlot({ name, data, axis, children }: RunPlotProps) {
  const formats = useFormats();
  const rowOf = (key: unknown) => data.find((row) => row.key === key);
  return (
    <div className={classes.plot} role="img" aria-label={name}>
      <ResponsiveContainer {...FRAME} initialDimension={INITIAL}>
        <ComposedChart data={data} margin={MARGIN} accessibilityLayer={false}>
          <XAxis dataKey="key" tickFormatter={(key) => rowOf(key)?.tick ?? ""} {...X_TICK} />
          <YAxis {...AXIS} {...axis} allowDataOverflow tickFormatter={formats.measure} />
          <Tooltip
            isAnimationActive={false}
            content={({ payload }) => {
              const row = rowOf(payload[0]?.payload?.key);
              return row ? <TooltipCard title={row.title} lines={row.lines} /> : null;
            }}
          />
          {children}
          <Line dataKey="otherMean" {...OTHER} dot={<OtherDot />} isAnimationActive={false} />
          <Line
            dataKey="mean"
            {...SHOWN}
            isAnimationActive={false}
            dot={({ key, cx, cy, index }) => <VerdictDot key={key} cx={cx} cy={cy} verdict={data[index]?.verdict} />}
          />
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  );
}

interface BandLook {
  readonly opacity: number;
  /** Whether the edges are drawn too, to tell neighbouring bands apart. */
  readonly edged?: boolean;
}

interface BandProps<Row> extends BandLook {
  /** Lower and upper edge; nothing is drawn where there is none. */
  readonly edges: (row: Row) => readonly (number | undefined)[] | undefined;
}

/** A shaded stretch of values around the line of the run. */
export function Band<Row>({ edges, ...look }: BandProps<Row>) {
  return <Area dataKey={edges} {...bandStyle(look)} activeDot={false} dot={false} isAnimationActive={false} />;
}

/** The same in a legend. */
export function BandMark(look: BandLook) {
  return <rect x={8} y={1} width={12} height={10} {...bandStyle(look)} />;
}

function bandStyle({ opacity, edged = false }: BandLook) {
  const edge = edged ? { stroke: "var(--model-0)", strokeOpacity: 0.35, strokeWidth: 0.5 } : { stroke: "none" };
  return { ...edge, fill: "var(--model-0)", fillOpacity: opacity };
}
