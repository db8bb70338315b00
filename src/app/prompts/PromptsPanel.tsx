import { Button } from "@mantine/core";
import { IconClipboardText, IconFileText } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { readPromptFile } from "../../state/prompts/promptFile";
import { useStudio, useText } from "../context";
import { pickPlainFiles } from "../models/pickers";
import { PasteDialog } from "./PasteDialog";
import { PromptDetails } from "./PromptDetails";
import classes from "./Prompts.module.css";
import { PromptsDrop } from "./PromptsDrop";
import { SetsTable } from "./SetsTable";

const PROMPT_FILES = ".txt,.jsonl,.json,.csv";

/** The prompts to measure with: those that come along, and one's own. Loaded when first looked at. */
export default function PromptsPanel() {
  const t = useText();
  const promptSets = useStudio((state) => state.promptSets);
  const addPrompts = useStudio((state) => state.addPrompts);
  const attempt = useStudio((state) => state.attempt);
  const [chosen, setChosen] = useState<string>();
  const [pasting, setPasting] = useState(false);
  useCosts();
  const add = async (source: { readonly name: string; readonly text: string }) => {
    setChosen((await addPrompts(source)).set.id);
  };
  const addFiles = async (files: readonly File[]) => {
    // One that cannot be read is no reason to leave out the others.
    for (const file of files) await attempt(readPromptFile(file).then(add));
  };
  const looked = promptSets.find(({ set }) => set.id === chosen) ?? promptSets[0];
  return (
    <PromptsDrop onDrop={(files) => void addFiles(files)}>
      <div className={classes.panel}>
        <div className={classes.list}>
          <div className={classes.tools}>
            <Button variant="default" leftSection={<IconClipboardText size={14} />} onClick={() => setPasting(true)}>
              {t.prompts.paste}
            </Button>
            <Button
              variant="default"
              leftSection={<IconFileText size={14} />}
              onClick={() => void pickPlainFiles(PROMPT_FILES).then(addFiles)}
            >
              {t.prompts.files}
            </Button>
            <span className={classes.hint}>{t.prompts.dropHint}</span>
          </div>
          <SetsTable chosen={looked?.set.id} onChoose={setChosen} />
        </div>
        {looked && <PromptDetails known={looked} />}
      </div>
      <PasteDialog opened={pasting} onClose={() => setPasting(false)} onAdd={(source) => attempt(add(source))} />
    </PromptsDrop>
  );
}

/** Counts the tokens of all sets whenever the sets, or the model that reads them, are others. */
function useCosts(): void {
  const promptSets = useStudio((state) => state.promptSets);
  const plan = useStudio((state) => state.report?.plan);
  const refreshCosts = useStudio((state) => state.refreshCosts);
  const attempt = useStudio((state) => state.attempt);
  useEffect(() => {
    if (promptSets.length > 0 && plan) void attempt(refreshCosts());
  }, [promptSets, plan, refreshCosts, attempt]);
}
