import { Button } from "@mantine/core";
import { IconPlayerStopFilled } from "@tabler/icons-react";
import { canMerge } from "../../state/recipe/plan";
import { isRunning } from "../../state/runs/run";
import { ariaShortcut, shortcutText } from "../commands/shortcutText";
import { useStudio, useStudioStore, useText } from "../context";
import { MeasureControl } from "../measure/MeasureControl";
import { MeasureOptions } from "../measure/MeasureOptions";
import { beginMerge } from "./beginMerge";
import classes from "./Run.module.css";

/** Merge, or measure what a merge would give. */
export function RunControl() {
  const t = useText();
  const studio = useStudioStore();
  const run = useStudio((state) => state.run);
  const ready = useStudio(canMerge);
  const attempt = useStudio((state) => state.attempt);
  const cancelRun = useStudio((state) => state.cancelRun);
  return (
    <div className={classes.control}>
      {isRunning(run) ? (
        <Button
          fullWidth
          size="md"
          variant="default"
          leftSection={<IconPlayerStopFilled size={15} />}
          onClick={cancelRun}
          disabled={run.phase === "cancelling"}
        >
          {run.phase === "cancelling" ? t.run.cancelling : t.run.cancel}
        </Button>
      ) : (
        <>
          <div className={classes.buttons}>
            <Button
              size="md"
              disabled={!ready}
              onClick={() => attempt(beginMerge(studio))}
              rightSection={<span className={classes.keys}>{shortcutText("mod+Enter")}</span>}
              aria-label={t.run.merge}
              aria-keyshortcuts={ariaShortcut("mod+Enter")}
            >
              {t.run.merge}
            </Button>
            <MeasureControl />
          </div>
          <MeasureOptions />
        </>
      )}
    </div>
  );
}
