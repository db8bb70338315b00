import { Button, Tooltip } from "@mantine/core";
import { IconPlayerStopFilled, IconRulerMeasure } from "@tabler/icons-react";
import { measureCommand } from "../commands/commands";
import { useCommand } from "../commands/useCommand";
import { useStudio, useText } from "../context";

/** Beside Merge: the same recipe, measured and not written. */
export function MeasureControl() {
  const t = useText();
  const measuring = useStudio((state) => state.measuring.phase === "running");
  const measure = useCommand(measureCommand);
  const cancelMeasuring = useStudio((state) => state.cancelMeasuring);
  if (measuring) {
    return (
      <Button
        size="md"
        variant="default"
        px={12}
        leftSection={<IconPlayerStopFilled size={14} />}
        aria-label={t.measure.cancel}
        onClick={cancelMeasuring}
      >
        {t.measure.progress}
      </Button>
    );
  }
  return (
    <Tooltip label={t.measure.hint}>
      <Button
        size="md"
        variant="default"
        px={12}
        leftSection={<IconRulerMeasure size={16} />}
        disabled={!measure.enabled}
        onClick={measure.run}
      >
        {measure.short}
      </Button>
    </Tooltip>
  );
}
