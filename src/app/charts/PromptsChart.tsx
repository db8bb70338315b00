import { ReferenceLine, ResponsiveContainer, Scatter, ScatterChart, Tooltip, XAxis, YAxis } from "recharts";
import { largest, smallest } from "../../base/lists";
import { useFormats, useText } from "../context";
import classes from "./Charts.module.css";
import { type PromptPair, promptPairs } from "./data/points";
import type { ChartSource } from "./data/source";
import { defineChart, rowsOfRuns } from "./define";
import { AXIS, FRAME, INITIAL, MARGIN, X_TICK } from "./plot/axes";
import { Legend } from "./plot/Legend";
import { NO_CHANGE } from "./plot/marks";
import { logAxis } from "./plot/scale";
import { TooltipCard } from "./plot/TooltipCard";

/** Each prompt's perplexity under base and merge: above the diagonal the merge is worse. */
function PromptsChart({ shown, other, view }: ChartSource) {
  const t = useText();
  const formats = useFormats();
  const pairs = promptPairs(shown, view.set);
  const others = other ? promptPairs(other, view.set) : [];
  const values = [...pairs, ...others].flatMap(({ base, merged }) => [base, merged]).filter(Number.isFinite);
  const { domain, ticks } = logAxis(smallest(values), largest(values));
  const [low, high] = domain;
  const axis = {
    type: "number",
    scale: "log",
    domain,
    ticks,
    allowDataOverflow: true,
    tickFormatter: formats.measure,
  } as const;
  return (
    <>
      <div className={classes.plot} data-square role="img" aria-label={t.charts.names.prompts}>
        <ResponsiveContainer {...FRAME} initialDimension={INITIAL}>
          <ScatterChart margin={MARGIN} accessibilityLayer={false}>
            <XAxis dataKey="base" {...X_TICK} {...axis} />
            <YAxis dataKey="merged" {...AXIS} {...axis} />
            <ReferenceLine
              segment={[
                { x: low, y: low },
                { x: high, y: high },
              ]}
              {...NO_CHANGE}
              strokeDasharray="4 3"
              ifOverflow="hidden"
            />
            <Tooltip
              isAnimationActive={false}
              content={({ payload }) => {
                const pair = payload[0]?.payload as PromptPair | undefined;
                return pair ? (
                  <TooltipCard
                    title={`${t.charts.columns.prompt} ${pair.prompt}`}
                    lines={[
                      { label: t.charts.columns.base, value: formats.measure(pair.base) },
                      { label: t.charts.columns.merged, value: formats.measure(pair.merged) },
                    ]}
                  />
                ) : null;
              }}
            />
            <Scatter data={others} isAnimationActive={false} shape={({ cx, cy }) => <OtherPrompt cx={cx} cy={cy} />} />
            <Scatter data={pairs} isAnimationActive={false} shape={({ cx, cy }) => <Prompt cx={cx} cy={cy} />} />
          </ScatterChart>
        </ResponsiveContainer>
      </div>
      <Legend
        entries={[
          {
            label: `${t.charts.thisRun} (x: ${t.charts.basePpl}, y: ${t.charts.mergedPpl})`,
            mark: <Prompt cx={14} cy={6} />,
          },
          ...(other ? [{ label: t.charts.pinned, mark: <OtherPrompt cx={14} cy={6} /> }] : []),
          { label: t.charts.same, line: { ...NO_CHANGE, strokeDasharray: "4 3" } },
        ]}
      />
    </>
  );
}

interface Place {
  readonly cx?: number | undefined;
  readonly cy?: number | undefined;
}

function Prompt({ cx, cy }: Place) {
  return (
    <circle cx={cx} cy={cy} r={3.5} fill="var(--model-0)" fillOpacity={0.7} stroke="var(--paper)" strokeWidth={0.75} />
  );
}

function OtherPrompt({ cx = 0, cy = 0 }: Place) {
  return (
    <path
      transform={`translate(${cx} ${cy})`}
      d="M-3 -3L3 3M3 -3L-3 3"
      fill="none"
      stroke="var(--model-1)"
      strokeWidth={1.5}
    />
  );
}

export const promptsChart = defineChart({
  id: "prompts",
  Chart: PromptsChart,
  table(source, words) {
    const { columns } = words.t.charts;
    return rowsOfRuns(source, words, [columns.prompt, columns.base, columns.merged, columns.tokens], (record) =>
      promptPairs(record, source.view.set).map(({ prompt, base, merged, tokens }) => [
        String(prompt),
        base,
        merged,
        tokens,
      ]),
    );
  },
});
