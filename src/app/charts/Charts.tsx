import { ActionIcon, SegmentedControl, Select, Tooltip } from "@mantine/core";
import { IconPin, IconPinned } from "@tabler/icons-react";
import { useMemo } from "react";
import { pinnedRecord, shownRecord } from "../../state/measuring/chartView";
import { hasValues, isCut, latestSets, type MeasurementRecord } from "../../state/measuring/records";
import { useFormats, useStudio, useText } from "../context";
import { ChartCard } from "./ChartCard";
import classes from "./Charts.module.css";
import { CHARTS } from "./registry";
import { useStageText } from "./useStageText";

/** What was measured, drawn: the run under way, or an earlier one, and another beside it. Loaded with the first record. */
export default function Charts() {
  const shown = useStudio(shownRecord);
  const other = useStudio(pinnedRecord);
  const view = useStudio((state) => state.chartView);
  const words = { t: useText(), ...useStageText() };
  const source = useMemo(() => shown && { shown, other, view }, [shown, other, view]);
  if (!source) return null;
  return (
    <>
      <ChartsHead shown={source.shown} />
      {CHARTS.filter(({ id }) => !view.hidden.includes(id)).map(({ id, Chart, table }) => (
        <ChartCard key={id} id={id} source={source} table={(drawn) => table(drawn, words)}>
          {(drawn) => <Chart {...drawn} />}
        </ChartCard>
      ))}
    </>
  );
}

const NONE = "";

/** Which run, beside which, along which axis, and which charts. */
function ChartsHead({ shown }: { readonly shown: MeasurementRecord }) {
  const t = useText();
  const formats = useFormats();
  const records = useStudio((state) => state.records);
  const view = useStudio((state) => state.chartView);
  const changeChartView = useStudio((state) => state.changeChartView);
  const runs = records
    .filter((record) => record.id === shown.id || hasValues(record))
    .map((record) => ({
      value: record.id,
      label: [
        record.name,
        formats.dateTime(record.started),
        ...(isCut(record) && record.id !== shown.id ? [t.history.cutShort] : []),
      ].join(" · "),
    }));
  const sets = latestSets(shown);
  const pinned = view.pinned === shown.id;
  return (
    <div className={classes.head}>
      <div className={`${classes.pickers} ${classes.wide}`}>
        <Select
          label={t.charts.run}
          value={shown.id}
          data={runs}
          onChange={(run) => changeChartView({ run: run ?? undefined })}
        />
        <Tooltip label={pinned ? t.charts.unpin : t.charts.pin}>
          <ActionIcon
            aria-label={pinned ? t.charts.unpin : t.charts.pin}
            aria-pressed={pinned}
            onClick={() => changeChartView({ pinned: pinned ? undefined : shown.id })}
          >
            {pinned ? <IconPinned size={16} /> : <IconPin size={16} />}
          </ActionIcon>
        </Tooltip>
      </div>
      {runs.length > 1 && (
        <Select
          className={classes.wide}
          label={t.charts.compareWith}
          value={pinned ? NONE : (view.pinned ?? NONE)}
          data={[{ value: NONE, label: t.charts.nothing }, ...runs.filter(({ value }) => value !== shown.id)]}
          onChange={(id) => changeChartView({ pinned: id || undefined })}
        />
      )}
      {!shown.watched && sets.length > 1 && (
        <Select
          className={classes.wide}
          label={t.charts.set}
          value={view.set ?? sets[0]?.set ?? null}
          data={sets.map(({ set, name }) => ({ value: set, label: name }))}
          onChange={(set) => changeChartView({ set: set ?? undefined })}
        />
      )}
      {shown.watched && (
        <SegmentedControl
          className={classes.wide}
          aria-label={t.charts.axis}
          value={view.axis}
          onChange={(axis) => changeChartView({ axis })}
          data={[
            { value: "stage", label: t.charts.byStage },
            { value: "depth", label: t.charts.byDepth },
          ]}
        />
      )}
      <fieldset className={`${classes.chips} ${classes.wide}`} aria-label={t.charts.shown}>
        {CHARTS.map(({ id }) => (
          <button
            key={id}
            type="button"
            className={classes.chip}
            title={t.charts.names[id]}
            aria-pressed={!view.hidden.includes(id)}
            onClick={() =>
              changeChartView({
                hidden: view.hidden.includes(id) ? view.hidden.filter((other) => other !== id) : [...view.hidden, id],
              })
            }
          >
            {t.charts.shortNames[id]}
          </button>
        ))}
      </fieldset>
    </div>
  );
}
