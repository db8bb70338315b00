import { Button, Checkbox, Popover, SegmentedControl } from "@mantine/core";
import { IconAdjustments } from "@tabler/icons-react";
import { useId } from "react";
import { MAX_SEED } from "../../recipe/parse/extras";
import { useStudio, useText } from "../context";
import { ExactNumber } from "../parts/ExactNumber";
import classes from "./Compare.module.css";

/** More would fill the screen, and the evening. */
const MOST_TOKENS = 2048;

/** How answers are made: greedy or sampled, how long, and whether the prompt is put into the chat template. */
export function AnswerOptions() {
  const t = useText();
  const id = useId();
  const settings = useStudio((state) => state.answerSettings);
  const change = useStudio((state) => state.changeAnswers);
  const sampled = settings.sampling === "sampled";
  return (
    <Popover position="top-end" withRoles={false} trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconAdjustments size={14} />}>
          {t.compare.options}
        </Button>
      </Popover.Target>
      <Popover.Dropdown role="dialog" aria-label={t.compare.options}>
        <div className={classes.options}>
          <SegmentedControl
            className={classes.wide}
            aria-label={t.compare.sampling}
            value={settings.sampling}
            onChange={(sampling) => change({ sampling })}
            data={[
              { value: "greedy", label: t.compare.greedy },
              { value: "sampled", label: t.compare.sampled },
            ]}
          />
          {sampled && (
            <>
              <label htmlFor={`${id}-temperature`}>{t.compare.temperature}</label>
              <ExactNumber
                id={`${id}-temperature`}
                value={settings.temperature}
                onChange={(temperature) => {
                  if (temperature > 0) change({ temperature });
                }}
                min={0.05}
                max={5}
                step={0.1}
                decimalScale={3}
              />
              <label htmlFor={`${id}-top-p`}>{t.compare.topP}</label>
              <ExactNumber
                id={`${id}-top-p`}
                value={settings.topP}
                onChange={(topP) => {
                  if (topP > 0 && topP <= 1) change({ topP });
                }}
                min={0.01}
                max={1}
                step={0.05}
                decimalScale={3}
              />
            </>
          )}
          <label htmlFor={`${id}-seed`} title={t.compare.blindHint}>
            {t.compare.seed}
          </label>
          <ExactNumber
            id={`${id}-seed`}
            value={settings.seed}
            onChange={(seed) => change({ seed })}
            min={0}
            max={MAX_SEED}
            clampBehavior="strict"
            allowDecimal={false}
            allowNegative={false}
          />
          <label htmlFor={`${id}-tokens`}>{t.compare.maxTokens}</label>
          <ExactNumber
            id={`${id}-tokens`}
            value={settings.maxTokens}
            onChange={(maxTokens) => {
              if (maxTokens >= 1) change({ maxTokens });
            }}
            min={1}
            max={MOST_TOKENS}
            clampBehavior="strict"
            allowDecimal={false}
            allowNegative={false}
          />
          <Checkbox
            className={classes.wide}
            label={t.compare.chat}
            title={t.compare.chatHint}
            checked={settings.chat}
            onChange={(event) => change({ chat: event.currentTarget.checked })}
          />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
