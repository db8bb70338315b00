import { Button } from "@mantine/core";
import type { UnfinishedRun } from "../../engine/protocol/protocol";
import { askPermission } from "../../state/models/fileSystemAccess";
import { isRunning } from "../../state/runs/run";
import { useFormats, useStudio, useText } from "../context";
import { Section } from "../parts/Panel";
import classes from "./Run.module.css";

/** Runs that a reload or a crash cut short, and that can go on. */
export function UnfinishedRuns() {
  const t = useText();
  const formats = useFormats();
  const unfinished = useStudio((state) => state.unfinished);
  const running = useStudio((state) => isRunning(state.run));
  const attempt = useStudio((state) => state.attempt);
  const resumeRun = useStudio((state) => state.resumeRun);
  const discardRun = useStudio((state) => state.discardRun);
  if (running || unfinished.length === 0) return null;
  const goOn = async ({ id, options: { directory } }: UnfinishedRun) => {
    if (directory && !(await askPermission(directory, "readwrite"))) return;
    await resumeRun(id, directory);
  };
  const giveUp = async ({ id, options: { directory } }: UnfinishedRun) => {
    if (directory) await askPermission(directory, "readwrite"); // refused, it is left with what was written
    await discardRun(id);
  };
  return (
    <Section title={t.run.unfinished}>
      <ul className={classes.unfinished} aria-label={t.run.unfinished}>
        {unfinished.map((cut) => (
          <li key={cut.id}>
            <div>
              <strong>{cut.name}</strong>
              <div className={classes.quiet}>
                {t.run.unfinishedAt(formats.count(cut.tensorsDone), formats.count(cut.tensors))} ·{" "}
                {formats.dateTime(cut.started)}
              </div>
            </div>
            <div className={classes.resultActions}>
              <Button onClick={() => attempt(goOn(cut))}>{t.run.goOn}</Button>
              <Button variant="default" onClick={() => attempt(giveUp(cut))}>
                {t.run.discard}
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
