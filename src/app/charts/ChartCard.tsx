import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import { IconDownload, IconEyeOff, IconPlayerPause, IconPlayerPlay, IconTable } from "@tabler/icons-react";
import { type ReactNode, useId, useRef, useState } from "react";
import { asFileName } from "../../io/path";
import { isBeingMeasured } from "../../state/measuring/evaluation";
import { useStudio, useText } from "../context";
import { saveBlob } from "../parts/browser/save";
import classes from "./Charts.module.css";
import { ChartTableView } from "./ChartTableView";
import type { ChartSource } from "./data/source";
import { type ChartTable, toCsv } from "./data/table";
import { pictureOf } from "./picture";
import type { ChartId } from "./registry";

interface ChartCardProps {
  readonly id: ChartId;
  readonly source: ChartSource;
  readonly table: (source: ChartSource) => ChartTable;
  readonly children: (source: ChartSource) => ReactNode;
}

/** One chart with its tools: it can be held still, read as a table, saved, and put away. */
export function ChartCard({ id, source, table, children }: ChartCardProps) {
  const t = useText();
  const titleId = useId();
  const plot = useRef<HTMLDivElement>(null);
  const [paused, setPaused] = useState(false);
  const [asTable, setAsTable] = useState(false);
  const attempt = useStudio((state) => state.attempt);
  const hidden = useStudio((state) => state.chartView.hidden);
  const changeChartView = useStudio((state) => state.changeChartView);
  const pending = useStudio((state) => isBeingMeasured(state, source.shown));
  const drawn = useHeld(source, paused);
  const rows = table(drawn);
  const name = t.charts.names[id];
  const file = `${asFileName(drawn.shown.name, "merge")}-${id}`;
  const savePicture = async () => {
    const svg = plot.current?.querySelector("svg");
    if (svg) saveBlob(`${file}.png`, await pictureOf(svg, `${name} · ${drawn.shown.name}`));
  };
  return (
    <figure className={classes.card} aria-labelledby={titleId}>
      <div className={classes.cardHead}>
        <figcaption className={classes.cardTitle}>
          <span id={titleId}>{name}</span>
          {paused && <span className={classes.paused}>{t.charts.paused}</span>}
        </figcaption>
        <Tool
          label={paused ? t.charts.resume(name) : t.charts.pause(name)}
          icon={paused ? IconPlayerPlay : IconPlayerPause}
          onClick={() => setPaused(!paused)}
        />
        <Tool label={t.charts.table(name)} icon={IconTable} pressed={asTable} onClick={() => setAsTable(!asTable)} />
        <Menu position="bottom-end" width={170}>
          <Menu.Target>
            <Tooltip label={t.charts.export(name)}>
              <ActionIcon size={22} aria-label={t.charts.export(name)} disabled={rows.rows.length === 0}>
                <IconDownload size={14} />
              </ActionIcon>
            </Tooltip>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item disabled={asTable} onClick={() => attempt(savePicture())}>
              {t.charts.png}
            </Menu.Item>
            <Menu.Item onClick={() => saveBlob(`${file}.csv`, new Blob([toCsv(rows)], { type: "text/csv" }))}>
              {t.charts.csv}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <Tool
          label={t.charts.hide(name)}
          icon={IconEyeOff}
          onClick={() => changeChartView({ hidden: [...hidden, id] })}
        />
      </div>
      {rows.rows.length === 0 ? (
        <p className={classes.noData}>{pending ? t.charts.notYet : t.charts.noData}</p>
      ) : asTable ? (
        <ChartTableView name={name} table={rows} />
      ) : (
        <div ref={plot}>{children(drawn)}</div>
      )}
    </figure>
  );
}

interface ToolProps {
  readonly label: string;
  readonly icon: typeof IconTable;
  readonly pressed?: boolean;
  readonly onClick: () => void;
}

function Tool({ label, icon: Icon, pressed, onClick }: ToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        size={22}
        aria-label={label}
        {...(pressed !== undefined && { "aria-pressed": pressed, variant: pressed ? "light" : "subtle" })}
        onClick={onClick}
      >
        <Icon size={14} />
      </ActionIcon>
    </Tooltip>
  );
}

/** The value as it was when it was last let go. */
function useHeld<T>(value: T, held: boolean): T {
  const [kept, setKept] = useState(value);
  if (!held && kept !== value) setKept(value);
  return held ? kept : value;
}
