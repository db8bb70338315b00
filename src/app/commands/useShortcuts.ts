import { useHotkeys } from "@mantine/hooks";
import { useStudioStore } from "../context";
import { type Command, commands, runCommand } from "./commands";

/** Undo and redo belong to a text field while one is being typed in; everything else works everywhere. */
const LEFT_TO_FIELDS = new Set(["undo", "redo"]);

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input:not([type=range]):not([type=checkbox]), textarea"))
  );
}

/** The keyboard shortcuts of all commands, and of the palette. */
export function useShortcuts(onPalette: () => void): void {
  const studio = useStudioStore();
  const pressed = (command: Command) => (event: KeyboardEvent) => {
    if (LEFT_TO_FIELDS.has(command.id) && isTyping(event.target)) return;
    event.preventDefault();
    runCommand(studio, command);
  };
  const shortcuts = commands.flatMap((command) =>
    command.shortcut
      ? [
          [command.shortcut, pressed(command), { preventDefault: false }] as [
            string,
            (event: KeyboardEvent) => void,
            object,
          ],
        ]
      : [],
  );
  // Empty lists: shortcuts work inside fields too, except those left to them above.
  useHotkeys([...shortcuts, ["mod+K", onPalette]], [], true);
}
