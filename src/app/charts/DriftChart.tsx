import { Area, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { useFormats, useText } from "../context";
import { groupName, shortGroupName } from "../parts/groupName";
import { AXIS, FRAME, INITIAL, MARGIN, X_TICK } from "./axes";
import classes from "./Charts.module.css";
import { Legend } from "./Legend";
import { OTHER, OtherDot, SHOWN, VerdictDot } from "./marks";
import { type LayerDrift, layerDrifts } from "./points";
import { axisFor } from "./scale";
import type { ChartSource } from "./source";
import { TooltipCard } from "./TooltipCard";

/** How far each layer's tensors moved from the base: their mean, and up to the one that moved most. */
export function DriftChart({ shown, other }: ChartSource) {
  const t = useText();
  const formats = useFormats();
  const drifts = new Map(layerDrifts(shown).map((drift) => [keyOf(drift), drift]));
  const others = new Map((other ? layerDrifts(other) : []).map((drift) => [keyOf(drift), drift]));
  const data = [...new Set([...drifts.keys(), ...others.keys()])].map((key) => {
    const [own, beside] = [drifts.get(key), others.get(key)];
    return { key, own, beside, mean: own?.mean, range: own && [own.mean, own.largest], otherMean: beside?.mean };
  });
  const tickOf = (drift: LayerDrift | undefined) =>
    drift ? (drift.layer === undefined ? shortGroupName(drift.group, t) : String(drift.layer)) : "";
  const titleOf = ({ layer, group }: LayerDrift) =>
    layer === undefined ? groupName(group, t) : t.guard.groups.layer(String(layer));
  const axis = axisFor(
    data.flatMap(({ own, otherMean }) => [own?.largest ?? 0, otherMean ?? 0]),
    { zero: true },
  );
  return (
    <>
      <div className={classes.plot} role="img" aria-label={t.charts.names.drift}>
        <ResponsiveContainer {...FRAME} initialDimension={INITIAL}>
          <ComposedChart data={data} margin={MARGIN} accessibilityLayer={false}>
            <XAxis dataKey="key" tickFormatter={(key) => tickOf(drifts.get(key) ?? others.get(key))} {...X_TICK} />
            <YAxis {...AXIS} {...axis} allowDataOverflow tickFormatter={formats.measure} />
            <Tooltip
              isAnimationActive={false}
              content={({ payload }) => {
                const at = data.find(({ key }) => key === payload[0]?.payload?.key);
                const drift = at?.own ?? at?.beside;
                return at && drift ? (
                  <TooltipCard
                    title={titleOf(drift)}
                    lines={[
                      ...(at.own
                        ? [
                            { label: t.charts.columns.drift, value: formats.measure(at.own.mean) },
                            { label: t.charts.columns.largest, value: formats.measure(at.own.largest) },
                          ]
                        : []),
                      ...(drift.nonFinite > 0
                        ? [{ label: t.charts.columns.nonFinite, value: formats.count(drift.nonFinite) }]
                        : []),
                      ...(at.beside ? [{ label: t.charts.pinned, value: formats.measure(at.beside.mean) }] : []),
                    ]}
                  />
                ) : null;
              }}
            />
            <Area
              dataKey="range"
              stroke="none"
              fill="var(--model-0)"
              fillOpacity={0.18}
              activeDot={false}
              dot={false}
              isAnimationActive={false}
            />
            {other && <Line dataKey="otherMean" {...OTHER} dot={<OtherDot />} isAnimationActive={false} />}
            <Line
              dataKey="mean"
              {...SHOWN}
              isAnimationActive={false}
              dot={({ key, cx, cy, index }) => (
                <VerdictDot key={key} cx={cx} cy={cy} verdict={data[index]?.own?.nonFinite ? "stopped" : "kept"} />
              )}
            />
          </ComposedChart>
        </ResponsiveContainer>
      </div>
      <Legend
        entries={[
          { label: t.charts.columns.drift, line: SHOWN, mark: <VerdictDot cx={14} cy={6} /> },
          {
            label: t.charts.columns.largest,
            mark: <rect x={8} y={1} width={12} height={10} fill="var(--model-0)" fillOpacity={0.18} />,
          },
          ...(other ? [{ label: t.charts.pinned, line: OTHER, mark: <OtherDot cx={14} cy={6} /> }] : []),
          ...(data.some(({ own }) => own?.nonFinite)
            ? [{ label: t.charts.columns.nonFinite, mark: <VerdictDot cx={14} cy={6} verdict="stopped" /> }]
            : []),
        ]}
      />
    </>
  );
}

function keyOf({ layer, group }: LayerDrift): string {
  return layer === undefined ? group.kind : String(layer);
}
