import { Button } from "@mantine/core";
import { IconClipboardText, IconFileText } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useStudio, useText } from "../context";
import { pickTexts } from "../models/pickers";
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
  const add = async (sources: Promise<readonly { name: string; text: string }[]>) => {
    for (const source of await sources) setChosen((await addPrompts(source)).set.id);
  };
  const looked = promptSets.find(({ set }) => set.id === chosen) ?? promptSets[0];
  return (
    <PromptsDrop onDrop={(files) => attempt(add(textsOf(files)))}>
      <div className={classes.panel}>
        <div className={classes.list}>
          <div className={classes.tools}>
            <Button variant="default" leftSection={<IconClipboardText size={14} />} onClick={() => setPasting(true)}>
              {t.prompts.paste}
            </Button>
            <Button
              variant="default"
              leftSection={<IconFileText size={14} />}
              onClick={() => attempt(add(pickTexts(PROMPT_FILES)))}
            >
              {t.prompts.files}
            </Button>
            <span className={classes.hint}>{t.prompts.dropHint}</span>
          </div>
          <SetsTable chosen={looked?.set.id} onChoose={setChosen} />
        </div>
        {looked && <PromptDetails known={looked} />}
      </div>
      <PasteDialog
        opened={pasting}
        onClose={() => setPasting(false)}
        onAdd={(source) => attempt(add(Promise.resolve([source])))}
      />
    </PromptsDrop>
  );
}

async function textsOf(files: readonly File[]): Promise<{ name: string; text: string }[]> {
  return Promise.all(files.map(async (file) => ({ name: file.name, text: await file.text() })));
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
