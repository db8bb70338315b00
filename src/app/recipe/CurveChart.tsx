import { Line, LineChart, ResponsiveContainer, XAxis, YAxis } from "recharts";
import { gradientPosition, valueAt } from "../../recipe/plan/resolve";
import { useText } from "../context";
import { keyed } from "../parts/keyed";

interface CurveChartProps {
  readonly name: string;
  /** The gradients of one parameter, one line each. */
  readonly curves: readonly { readonly label: string; readonly stops: readonly number[] }[];
  /** Layers the gradients are spread over. */
  readonly layers: number;
  readonly color: string;
}

/** Gradients as the layers will see them. Loaded when a recipe has one. */
export default function CurveChart({ name, curves, layers, color }: CurveChartProps) {
  const t = useText();
  const points = Array.from({ length: layers }, (_, layer) =>
    Object.fromEntries([
      ["layer", layer],
      ...curves.map(({ stops }, line) => [line, valueAt(stops, gradientPosition(layer, layers))]),
    ]),
  );
  return (
    <div role="img" aria-label={t.recipe.curve(name)} style={{ height: "100%" }}>
      <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 200, height: 56 }}>
        <LineChart data={points} margin={{ top: 6, right: 2, bottom: 6, left: 0 }} accessibilityLayer={false}>
          <XAxis dataKey="layer" type="number" domain={[0, "dataMax"]} hide />
          <YAxis
            width={26}
            tick={{ fontSize: 10, fill: "var(--ink-3)" }}
            tickLine={false}
            axisLine={false}
            tickCount={3}
            interval={0}
          />
          {keyed(curves, ({ label }) => label).map(({ key }, line) => (
            <Line
              key={key}
              dataKey={String(line)}
              type="linear"
              stroke={color}
              strokeOpacity={1 - 0.35 * line}
              strokeWidth={1.5}
              dot={false}
              isAnimationActive={false}
            />
          ))}
        </LineChart>
      </ResponsiveContainer>
    </div>
  );
}
