import { Button } from "@mantine/core";
import { IconPlayerStopFilled } from "@tabler/icons-react";
import { isRunning } from "../../state/runs/run";
import { cancelCommand, mergeCommand } from "../commands/commands";
import { ariaShortcut, shortcutText } from "../commands/shortcutText";
import { useCommand } from "../commands/useCommand";
import { useStudio, useText } from "../context";
import { MeasureControl } from "../measure/MeasureControl";
import { MeasureOptions } from "../measure/MeasureOptions";
import classes from "./Run.module.css";

const MERGE_KEYS = mergeCommand.shortcut ?? "";

/** Merge, or measure what a merge would give. */
export function RunControl() {
  const t = useText();
  const run = useStudio((state) => state.run);
  const merge = useCommand(mergeCommand);
  const cancel = useCommand(cancelCommand);
  return (
    <div className={classes.control}>
      {isRunning(run) ? (
        <Button
          fullWidth
          size="md"
          variant="default"
          leftSection={<IconPlayerStopFilled size={15} />}
          onClick={cancel.run}
          disabled={!cancel.enabled}
        >
          {run.phase === "cancelling" ? t.run.cancelling : cancel.short}
        </Button>
      ) : (
        <>
          <div className={classes.buttons}>
            <Button
              size="md"
              disabled={!merge.enabled}
              onClick={merge.run}
              rightSection={<span className={classes.keys}>{shortcutText(MERGE_KEYS)}</span>}
              aria-label={merge.short}
              aria-keyshortcuts={ariaShortcut(MERGE_KEYS)}
            >
              {merge.short}
            </Button>
            <MeasureControl />
          </div>
          <MeasureOptions />
        </>
      )}
    </div>
  );
}
