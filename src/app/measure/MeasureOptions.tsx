import { Anchor, Checkbox } from "@mantine/core";
import { setsToMeasure } from "../../state/measuring/measureRequest";
import { useFormats, useStudio, useText } from "../context";
import classes from "./Measure.module.css";

/** With which prompts, and whether a moved slider measures again. */
export function MeasureOptions() {
  const t = useText();
  const formats = useFormats();
  const live = useStudio((state) => state.live);
  const setLive = useStudio((state) => state.setLive);
  const show = useStudio((state) => state.show);
  const names = useStudio((state) =>
    setsToMeasure(state)
      .map(({ name }) => name)
      .join("\n"),
  );
  return (
    <div className={classes.options}>
      <Checkbox
        label={t.measure.liveHint}
        checked={live}
        disabled={names === ""}
        onChange={(event) => setLive(event.currentTarget.checked)}
      />
      <p className={classes.sets}>
        {names === "" ? t.measure.noSets : formats.list(names.split("\n"))}{" "}
        <Anchor
          component="button"
          type="button"
          fz="inherit"
          onClick={() => show({ dock: "prompts", room: "compare" })}
        >
          {t.measure.choose}
        </Anchor>
      </p>
    </div>
  );
}
