import { useStudio, useStudioStore, useText } from "../context";
import { type Command, runCommand } from "./commands";

/** A command as a button or a menu shows it. */
export function useCommand(command: Command) {
  const t = useText();
  const studio = useStudioStore();
  const enabled = useStudio((state) => command.enabled?.(state) ?? true);
  return {
    label: command.label(t),
    short: (command.short ?? command.label)(t),
    enabled,
    run: () => runCommand(studio, command),
  };
}
