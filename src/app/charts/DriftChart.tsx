import { useFormats, useText } from "../context";
import { groupName, shortGroupName } from "../parts/groupName";
import { type LayerDrift, layerDrifts } from "./data/points";
import type { ChartSource } from "./data/source";
import { defineChart, rowsOfRuns } from "./define";
import { Legend } from "./plot/Legend";
import { OTHER, OtherDot, SHOWN, VerdictDot } from "./plot/marks";
import { Band, BandMark, type PlotRow, RunPlot } from "./plot/RunPlot";
import { axisFor } from "./plot/scale";

interface DriftRow extends PlotRow {
  readonly own: LayerDrift | undefined;
}

/** How strongly the stretch up to the tensor that moved most is drawn. */
const SPREAD = 0.18;

/** How far each layer's tensors moved from the base: their mean, and up to the one that moved most. */
function DriftChart({ shown, other }: ChartSource) {
  const t = useText();
  const formats = useFormats();
  const drifts = new Map(layerDrifts(shown).map((drift) => [keyOf(drift), drift]));
  const others = new Map((other ? layerDrifts(other) : []).map((drift) => [keyOf(drift), drift]));
  const tickOf = ({ layer, group }: LayerDrift) => (layer === undefined ? shortGroupName(group, t) : String(layer));
  const titleOf = ({ layer, group }: LayerDrift) =>
    layer === undefined ? groupName(group, t) : t.guard.groups.layer(String(layer));
  const data = [...new Set([...drifts.keys(), ...others.keys()])].flatMap((key): DriftRow[] => {
    const [own, pinned] = [drifts.get(key), others.get(key)];
    const drift = own ?? pinned;
    if (!drift) return [];
    return [
      {
        key,
        tick: tickOf(drift),
        title: titleOf(drift),
        lines: [
          ...(own
            ? [
                { label: t.charts.columns.drift, value: formats.measure(own.mean) },
                { label: t.charts.columns.largest, value: formats.measure(own.largest) },
              ]
            : []),
          ...(drift.nonFinite > 0
            ? [{ label: t.charts.columns.nonFinite, value: formats.count(drift.nonFinite) }]
            : []),
          ...(pinned ? [{ label: t.charts.pinned, value: formats.measure(pinned.mean) }] : []),
        ],
        mean: own?.mean,
        otherMean: pinned?.mean,
        verdict: own?.nonFinite ? "stopped" : "kept",
        own,
      },
    ];
  });
  const axis = axisFor(
    data.flatMap(({ own, otherMean }) => [own?.largest ?? 0, otherMean ?? 0]),
    { zero: true },
  );
  return (
    <>
      <RunPlot name={t.charts.names.drift} data={data} axis={axis}>
        <Band edges={({ own }: DriftRow) => own && [own.mean, own.largest]} opacity={SPREAD} />
      </RunPlot>
      <Legend
        entries={[
          { label: t.charts.columns.drift, line: SHOWN, mark: <VerdictDot cx={14} cy={6} /> },
          { label: t.charts.columns.largest, mark: <BandMark opacity={SPREAD} /> },
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

export const driftChart = defineChart({
  id: "drift",
  Chart: DriftChart,
  table(source, words) {
    const { columns } = words.t.charts;
    const names = [columns.layer, columns.drift, columns.largest, columns.norm, columns.nonFinite];
    return rowsOfRuns(source, words, names, (record) =>
      layerDrifts(record).map(({ group, layer, mean, largest, norm, nonFinite }) => [
        layer === undefined ? groupName(group, words.t) : String(layer),
        mean,
        largest,
        norm,
        nonFinite,
      ]),
    );
  },
});
