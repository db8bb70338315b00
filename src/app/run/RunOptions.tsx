import { Checkbox, SegmentedControl, Text } from "@mantine/core";
import { MAX_SEED } from "../../recipe/parse/extras";
import { seedOf } from "../../state/recipe/recipe";
import { isRunning } from "../../state/runs/run";
import { useStudio, useText } from "../context";
import { ExactNumber } from "../parts/ExactNumber";
import { Section } from "../parts/Panel";
import classes from "./Run.module.css";

const GIGABYTE = 1e9;
/** Below this a model becomes thousands of files. */
const SMALLEST_SHARD = 0.001;

/** How the output is written. */
export function RunOptions() {
  const t = useText();
  const place = useStudio((state) => state.place);
  const shardBytes = useStudio((state) => state.shardBytes);
  const seed = useStudio((state) => seedOf(state.recipe.present));
  const setSeed = useStudio((state) => state.setSeed);
  const markRecipe = useStudio((state) => state.markRecipe);
  const allowNonFinite = useStudio((state) => state.allowNonFinite);
  const changeSettings = useStudio((state) => state.changeSettings);
  const running = useStudio((state) => isRunning(state.run));
  const writesFolders = "showDirectoryPicker" in window;
  return (
    <Section title={t.run.options}>
      <fieldset className={classes.options} disabled={running}>
        <span className={classes.optionLabel}>{t.run.place}</span>
        <SegmentedControl
          aria-label={t.run.place}
          value={writesFolders ? place : "browser"}
          onChange={(value) => changeSettings({ place: value })}
          data={[
            { value: "browser", label: t.run.places.browser },
            { value: "directory", label: t.run.places.directory, disabled: !writesFolders },
          ]}
        />
        <label className={classes.optionLabel} htmlFor="shard-size">
          {t.run.shard}
        </label>
        <ExactNumber
          id="shard-size"
          value={shardBytes / GIGABYTE}
          onChange={(value) => {
            if (value >= SMALLEST_SHARD) changeSettings({ shardBytes: Math.round(value * GIGABYTE) });
          }}
          min={SMALLEST_SHARD}
          step={1}
          decimalScale={3}
          suffix=" GB"
        />
        <label className={classes.optionLabel} htmlFor="seed" title={t.run.seedHint}>
          {t.run.seed}
        </label>
        <ExactNumber
          id="seed"
          value={seed}
          onChange={setSeed}
          min={0}
          max={MAX_SEED}
          clampBehavior="strict"
          onBlur={markRecipe}
          allowDecimal={false}
          allowNegative={false}
        />
        <Checkbox
          className={classes.wide}
          label={t.run.allowNonFinite}
          checked={allowNonFinite}
          onChange={(event) => changeSettings({ allowNonFinite: event.currentTarget.checked })}
        />
      </fieldset>
      {!writesFolders && (
        <Text size="xs" c="dimmed" mt={6}>
          {t.run.placeUnsupported}
        </Text>
      )}
    </Section>
  );
}
