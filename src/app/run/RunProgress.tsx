import { Progress } from "@mantine/core";
import type { Lane } from "../../engine/protocol/protocol";
import { isRunning } from "../../state/runs/run";
import { useFormats, useStudio, useText } from "../context";
import { Section } from "../parts/Panel";
import classes from "./Run.module.css";

const LANES = ["fetch", "merge", "write"] as const;
const EMPTY: Lane = { done: 0, total: 0, rate: 0 };

/** Three lanes that run at once; the slowest sets the time. */
export function RunProgress() {
  const t = useText();
  const formats = useFormats();
  const running = useStudio((state) => (isRunning(state.run) ? state.run : undefined));
  if (!running) return null;
  const { progress } = running;
  return (
    <Section
      title={t.run.progress}
      aside={progress?.eta !== undefined && <span>{t.run.left(formats.duration(progress.eta))}</span>}
    >
      {LANES.map((name) => (
        <LaneBar
          key={name}
          name={name}
          lane={progress?.[name] ?? EMPTY}
          local={name === "fetch" && progress?.fetch.total === 0}
        />
      ))}
      <div className={classes.tensor}>
        <span>
          {progress && t.run.tensorsDone(formats.count(progress.tensorsDone), formats.count(progress.tensors))}
        </span>
        <code title={progress?.tensor}>{progress?.tensor}</code>
      </div>
    </Section>
  );
}

interface LaneBarProps {
  readonly name: (typeof LANES)[number];
  readonly lane: Lane;
  /** Nothing has to be fetched at all. */
  readonly local: boolean;
}

function LaneBar({ name, lane, local }: LaneBarProps) {
  const t = useText();
  const formats = useFormats();
  const label = t.run.lanes[name];
  const percent = local ? 100 : lane.total === 0 ? 0 : (100 * lane.done) / lane.total;
  return (
    <div className={classes.lane}>
      <div className={classes.laneText}>
        <span className={classes.laneName}>{label}</span>
        <span className={classes.laneRate}>{lane.rate > 0 && `${formats.bytes(lane.rate)}/s`}</span>
        <span>
          {local && t.run.nothingToFetch}
          {!local && lane.total > 0 && `${formats.bytes(lane.done)} / ${formats.bytes(lane.total)}`}
        </span>
      </div>
      <Progress
        value={percent}
        size={5}
        radius={3}
        color={local ? "var(--line-strong)" : "ai"}
        aria-label={label}
        transitionDuration={100}
      />
    </div>
  );
}
