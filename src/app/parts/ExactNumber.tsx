import { NumberInput, type NumberInputProps } from "@mantine/core";
import { useState } from "react";

interface ExactNumberProps extends Omit<NumberInputProps, "value" | "onChange" | "onBlur"> {
  /** Absent: the field is empty and shows its placeholder. */
  readonly value: number | undefined;
  /** Called with numbers only, never with what is half typed. */
  readonly onChange: (value: number) => void;
  readonly onBlur?: (() => void) | undefined;
}

/** A number to type. What cannot be used is left in the field while it is being typed, and put right on leaving it. */
export function ExactNumber({ value, onChange, onBlur, ...rest }: ExactNumberProps) {
  const [draft, setDraft] = useState<string | number>();
  const [known, setKnown] = useState(value);
  if (value !== known) {
    setKnown(value);
    // Somebody else changed it, with Undo perhaps: what was typed is not what counts any more.
    if (draft !== undefined && Number(draft) !== value) setDraft(undefined);
  }
  return (
    <NumberInput
      {...rest}
      value={draft ?? value ?? ""}
      onChange={(next) => {
        setDraft(next);
        if (typeof next === "number" && next !== value) onChange(next);
      }}
      onBlur={() => {
        setDraft(undefined);
        onBlur?.();
      }}
    />
  );
}
