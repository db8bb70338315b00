import { Button } from "@mantine/core";
import type { UnfinishedRun } from "../../engine/protocol/protocol";
import { askPermission, isThere } from "../../state/models/fileSystemAccess";
import { isRunning, isStuck } from "../../state/runs/run";
import { useFormats, useStudio, useText } from "../context";
import { pickDirectory } from "../models/pickers";
import { Section } from "../parts/Panel";
import classes from "./Run.module.css";

/** Runs that a failure, a reload or a crash cut short: they go on, or start again where they cannot. */
export function UnfinishedRuns() {
  const t = useText();
  const run = useStudio((state) => state.run);
  const known = useStudio((state) => state.unfinished);
  if (isRunning(run)) return null;
  const failed = run.phase === "failed" ? run.cut : undefined;
  const isOver = failed !== undefined && !known.some(({ id }) => id === failed.id);
  if (known.length === 0 && !isOver) return null;
  return (
    <Section title={t.run.unfinished}>
      <ul className={classes.unfinished} aria-label={t.run.unfinished}>
        {isOver && <CutRun cut={failed} over stuck />}
        {known.map((cut) => (
          <CutRun key={cut.id} cut={cut} stuck={cut.id === failed?.id && isStuck(run)} />
        ))}
      </ul>
    </Section>
  );
}

interface CutRunProps {
  readonly cut: UnfinishedRun;
  /** Nothing is left to go on with. */
  readonly over?: boolean;
  /** It was tried to go on, and will not do unless something is brought back. */
  readonly stuck: boolean;
}

function CutRun({ cut, over = false, stuck }: CutRunProps) {
  const t = useText();
  const formats = useFormats();
  const attempt = useStudio((state) => state.attempt);
  const resumeRun = useStudio((state) => state.resumeRun);
  const restartRun = useStudio((state) => state.restartRun);
  const discardRun = useStudio((state) => state.discardRun);
  const { directory } = cut.options;
  const goOn = async () => {
    if (directory && !(await askPermission(directory, "readwrite"))) return;
    await resumeRun(cut.id, directory);
  };
  const startAgain = async () => {
    if (!directory) return restartRun(cut);
    const isUsable = (await isThere(directory)) && (await askPermission(directory, "readwrite"));
    const folder = isUsable ? directory : await pickDirectory("merged", "readwrite");
    if (folder) await restartRun(cut, folder);
  };
  const giveUp = async () => {
    if (directory) await askPermission(directory, "readwrite"); // refused, it is left with what was written
    await discardRun(cut.id);
  };
  return (
    <li>
      <div>
        <strong>{cut.name}</strong>
        <div className={classes.quiet}>
          {t.run.unfinishedAt(formats.count(cut.tensorsDone), formats.count(cut.tensors))} ·{" "}
          {formats.dateTime(cut.started)}
        </div>
      </div>
      <div className={classes.resultActions}>
        {!over && (
          <Button variant={stuck ? "default" : "filled"} onClick={() => attempt(goOn())}>
            {t.run.goOn}
          </Button>
        )}
        <Button
          variant={stuck ? "filled" : "default"}
          title={t.run.startAgainHint}
          onClick={() => attempt(startAgain())}
        >
          {t.run.startAgain}
        </Button>
        {!over && (
          <Button variant="default" onClick={() => attempt(giveUp())}>
            {t.run.discard}
          </Button>
        )}
      </div>
    </li>
  );
}
