import { Button, Modal, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useText } from "../context";
import "../theme/dialogs";
import classes from "./Prompts.module.css";

interface PasteDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onAdd: (source: { name: string; text: string }) => void;
}

/** Prompts out of the clipboard. */
export function PasteDialog({ opened, onClose, onAdd }: PasteDialogProps) {
  const t = useText();
  const [name, setName] = useState("");
  const [text, setText] = useState("");
  const add = () => {
    onAdd({ name: name.trim() || t.prompts.pastedName, text });
    setName("");
    setText("");
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t.prompts.pasteTitle}
      size={620}
      closeButtonProps={{ "aria-label": t.close }}
    >
      <form
        className={classes.pasteForm}
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <TextInput
          label={t.prompts.name}
          placeholder={t.prompts.pastedName}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={96}
        />
        <Textarea
          label={t.prompts.pasteLabel}
          description={t.prompts.pasteHint}
          rows={12}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          spellCheck={false}
          data-autofocus
        />
        <Button className={classes.add} type="submit" disabled={text.trim() === ""}>
          {t.prompts.addPasted}
        </Button>
      </form>
    </Modal>
  );
}
