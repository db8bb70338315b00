import { ActionIcon, Button, Checkbox, Menu, Select, Textarea, Tooltip } from "@mantine/core";
import { IconDownload, IconPlayerStopFilled, IconSend2, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { chosenSpeakers, MERGE, possibleSpeakers } from "../../state/compare/compare";
import { toJsonLines, toMarkdown } from "../../state/compare/compareExport";
import { usableSets } from "../../state/measuring/measureRequest";
import { entryName } from "../../state/models/models";
import { useStudio, useStudioStore, useText } from "../context";
import { saveBlob } from "../parts/browser/save";
import { ExactNumber } from "../parts/ExactNumber";
import { Swatch } from "../parts/Swatch";
import { AnswerOptions } from "./AnswerOptions";
import classes from "./Compare.module.css";

const TYPED = "";
const FIRST = 4;

/** What is asked, of whom, and how. */
export function Asker() {
  const t = useText();
  const promptSets = useStudio((state) => state.promptSets);
  const asking = useStudio((state) => state.asking);
  const canAsk = useStudio((state) => state.device !== undefined && chosenSpeakers(state).length > 0);
  const attempt = useStudio((state) => state.attempt);
  const ask = useStudio((state) => state.ask);
  const stopAsking = useStudio((state) => state.stopAsking);
  const [typed, setTyped] = useState("");
  const [from, setFrom] = useState(TYPED);
  const [first, setFirst] = useState(FIRST);
  const sets = usableSets({ promptSets });
  const set = sets.find(({ id }) => id === from);
  const prompts = set ? set.prompts.slice(0, first) : typed.trim() === "" ? [] : [{ text: typed }];
  const send = () => {
    if (canAsk && !asking && prompts.length > 0) void attempt(ask(prompts));
  };
  return (
    <form
      className={classes.asker}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Textarea
        aria-label={t.compare.prompt}
        placeholder={t.compare.placeholder}
        autosize
        minRows={1}
        maxRows={4}
        value={set ? (set.prompts[0]?.text ?? "") : typed}
        disabled={set !== undefined}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          event.stopPropagation(); // Ctrl+Enter asks here, and does not merge as well
          send();
        }}
      />
      <div className={classes.askButtons}>
        {asking ? (
          <Button variant="default" leftSection={<IconPlayerStopFilled size={13} />} onClick={stopAsking}>
            {t.compare.stop}
          </Button>
        ) : (
          <Button type="submit" leftSection={<IconSend2 size={14} />} disabled={!canAsk || prompts.length === 0}>
            {t.compare.ask}
          </Button>
        )}
      </div>
      <div className={classes.tools}>
        <Speakers />
        <span className={classes.push} />
        <div className={classes.source}>
          <Select
            aria-label={t.compare.from}
            value={set?.id ?? TYPED}
            onChange={(id) => setFrom(id ?? TYPED)}
            data={[
              { value: TYPED, label: t.compare.typed },
              ...sets.map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
          {set && (
            <ExactNumber
              aria-label={t.compare.first}
              title={t.compare.first}
              value={Math.min(first, set.prompts.length)}
              onChange={setFirst}
              min={1}
              max={set.prompts.length}
              allowDecimal={false}
              allowNegative={false}
            />
          )}
        </div>
        <BlindSwitch />
        <AnswerOptions />
        <BoardTools />
      </div>
    </form>
  );
}

function Speakers() {
  const t = useText();
  const studio = useStudioStore();
  const models = useStudio((state) => state.models);
  const chooseSpeaker = useStudio((state) => state.chooseSpeaker);
  // Names and choices as text, so that the list is drawn anew only when it is another.
  const listed = useStudio((state) => {
    const chosen = new Set(chosenSpeakers(state).map(({ id }) => id));
    return JSON.stringify(possibleSpeakers(state).map(({ id }) => [id, chosen.has(id)]));
  });
  const order = models.map(entryName);
  return (
    <fieldset className={classes.speakers} aria-label={t.compare.models}>
      {possibleSpeakers(studio.getState()).map(({ id, role }) => (
        <Checkbox
          key={id}
          label={
            id === MERGE ? (
              t.compare.merge
            ) : (
              <span className={classes.speaker}>
                <Swatch index={order.indexOf(id)} base={role === "base"} />
                {id}
              </span>
            )
          }
          {...(id === MERGE && { title: t.compare.mergeHint })}
          checked={listed.includes(JSON.stringify([id, true]))}
          onChange={(event) => chooseSpeaker(id, event.currentTarget.checked)}
        />
      ))}
    </fieldset>
  );
}

function BlindSwitch() {
  const t = useText();
  const blind = useStudio((state) => state.blind);
  const setBlind = useStudio((state) => state.setBlind);
  return (
    <Checkbox
      label={t.compare.blind}
      title={t.compare.blindHint}
      checked={blind}
      onChange={(event) => setBlind(event.currentTarget.checked)}
    />
  );
}

/** Saves the board, and wipes it. */
function BoardTools() {
  const t = useText();
  const questions = useStudio((state) => state.questions);
  const asking = useStudio((state) => state.asking);
  const clearQuestions = useStudio((state) => state.clearQuestions);
  if (questions.length === 0) return null;
  return (
    <>
      <Menu position="top-end" width={170}>
        <Menu.Target>
          <Tooltip label={t.compare.export}>
            <ActionIcon aria-label={t.compare.export}>
              <IconDownload size={15} />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            onClick={() => saveBlob("results.jsonl", new Blob([toJsonLines(questions)], { type: "application/jsonl" }))}
          >
            {t.compare.jsonl}
          </Menu.Item>
          <Menu.Item
            onClick={() => saveBlob("results.md", new Blob([toMarkdown(questions)], { type: "text/markdown" }))}
          >
            {t.compare.markdown}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Tooltip label={t.compare.clear}>
        <ActionIcon aria-label={t.compare.clear} disabled={asking} onClick={clearQuestions}>
          <IconTrash size={15} />
        </ActionIcon>
      </Tooltip>
    </>
  );
}
