import { Button, Checkbox, SegmentedControl, Select, Text } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { GUARD_ACTIONS } from "../../eval/guard/guardDefaults";
import { actionInForce, guardLimitOf, guardSet, isGuarded } from "../../state/measuring/guard";
import { usableSets } from "../../state/measuring/measureRequest";
import { canMerge } from "../../state/recipe/plan";
import { isRunning } from "../../state/runs/run";
import { useCatalogue, useStudio, useText } from "../context";
import { noteSentence } from "../i18n/failures";
import { ExactNumber } from "../parts/ExactNumber";
import { Section } from "../parts/Panel";
import run from "../run/Run.module.css";
import classes from "./Guard.module.css";

/** Whether merges are watched, with which prompts, and what happens when one breaks the model. */
export function GuardOptions() {
  const t = useText();
  const running = useStudio((state) => isRunning(state.run));
  const guarded = useStudio(isGuarded);
  const changeGuard = useStudio((state) => state.changeGuard);
  const undecided = useStudio((state) => state.guard.on === undefined);
  return (
    <Section title={t.guard.title}>
      <fieldset className={classes.group} disabled={running} aria-label={t.guard.title}>
        <Checkbox
          label={t.guard.enable}
          checked={guarded}
          onChange={(event) => changeGuard({ on: event.currentTarget.checked })}
        />
        <Text size="xs" c="dimmed">
          {undecided && !guarded ? t.guard.samplesOnly : t.guard.hint}
        </Text>
        {guarded && <Limit />}
        {guarded && <Details />}
      </fieldset>
    </Section>
  );
}

/** Known before the run: nothing of a stack can be taken back, so the whole of it is measured. */
function Limit() {
  const limit = useStudio(guardLimitOf);
  const catalogue = useCatalogue();
  if (!limit) return null;
  return (
    <p className={classes.limit} role="note">
      {noteSentence(limit, catalogue)}
    </p>
  );
}

function Details() {
  const t = useText();
  const guard = useStudio((state) => state.guard);
  const changeGuard = useStudio((state) => state.changeGuard);
  const promptSets = useStudio((state) => state.promptSets);
  const chosen = useStudio((state) => guardSet(state)?.id);
  const ready = useStudio((state) => canMerge(state) && state.measuring.phase !== "running");
  const attempt = useStudio((state) => state.attempt);
  const whole = useStudio((state) => guardLimitOf(state) !== undefined);
  const action = useStudio(actionInForce);
  const tryGuard = useStudio((state) => state.tryGuard);
  return (
    <>
      <div className={run.options}>
        <label className={run.optionLabel} htmlFor="guard-prompts">
          {t.guard.prompts}
        </label>
        <Select
          id="guard-prompts"
          value={chosen ?? null}
          onChange={(set) => changeGuard({ set: set ?? undefined })}
          data={usableSets({ promptSets }).map(({ id, name, split }) => ({
            value: id,
            label: split === "held-out" ? t.guard.heldOut(name) : name,
          }))}
        />
        <label className={run.optionLabel} htmlFor="guard-most">
          {t.guard.most}
        </label>
        <ExactNumber
          id="guard-most"
          value={guard.prompts}
          onChange={(prompts) => {
            if (prompts >= 1) changeGuard({ prompts });
          }}
          min={1}
          allowDecimal={false}
          allowNegative={false}
        />
        <label className={run.optionLabel} htmlFor="guard-cap" title={t.guard.capHint}>
          {t.guard.cap}
        </label>
        <ExactNumber
          id="guard-cap"
          value={guard.cap}
          onChange={(cap) => {
            if (cap > 1) changeGuard({ cap });
          }}
          min={1}
          step={0.5}
          decimalScale={3}
        />
        <label className={run.optionLabel} htmlFor="guard-action">
          {t.guard.action}
        </label>
        <Select
          id="guard-action"
          value={action}
          onChange={(value) => changeGuard({ action: GUARD_ACTIONS.find((known) => known === value) ?? guard.action })}
          data={GUARD_ACTIONS.filter((known) => !whole || known === "warn" || known === "stop").map((known) => ({
            value: known,
            label: t.guard.actions[known],
          }))}
        />
        {!whole && <Groups />}
      </div>
      <Button
        className={classes.trial}
        variant="default"
        leftSection={<IconEye size={14} />}
        disabled={!ready}
        onClick={() => attempt(tryGuard())}
      >
        {t.guard.tryOut}
      </Button>
    </>
  );
}

/** How the model is divided, where it is looked at in parts. */
function Groups() {
  const t = useText();
  const guard = useStudio((state) => state.guard);
  const changeGuard = useStudio((state) => state.changeGuard);
  return (
    <>
      <label className={run.optionLabel} htmlFor="guard-layers">
        {t.guard.groupLayers}
      </label>
      <ExactNumber
        id="guard-layers"
        value={guard.groupLayers}
        onChange={(groupLayers) => {
          if (groupLayers >= 1) changeGuard({ groupLayers });
        }}
        min={1}
        allowDecimal={false}
        allowNegative={false}
      />
      <span className={run.optionLabel} title={t.guard.orderHint}>
        {t.guard.order}
      </span>
      <SegmentedControl
        aria-label={t.guard.order}
        value={guard.order}
        onChange={(order) => changeGuard({ order })}
        data={[
          { value: "down", label: t.guard.orders.down },
          { value: "up", label: t.guard.orders.up },
        ]}
      />
    </>
  );
}
