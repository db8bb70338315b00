import { type HotkeyItem, useHotkeys } from "@mantine/hooks";
import { useStudioStore } from "../context";
import { type Command, commands, runCommand } from "./commands";

/** Undo and redo belong to a text field while one is being typed in; everything else works everywhere. */
const LEFT_TO_FIELDS = new Set(["undo", "redo"]);
/** Fields that look like text and have nothing to take back: buttons in disguise, and lists to choose from. */
const NOT_TYPED_IN = "[type=range], [type=checkbox], [type=radio], [readonly]";
/** What is typed in the form is in the recipe already, whose past is the studio's. */
const RECIPE_FORM = "[data-recipe-form] *";

function hasItsOwnUndo(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input, textarea")) &&
    !target.matches(`${NOT_TYPED_IN}, ${RECIPE_FORM}`)
  );
}

/** The keyboard shortcuts of all commands, and of the palette. */
export function useShortcuts(onPalette: () => void): void {
  const studio = useStudioStore();
  const pressed = (command: Command) => (event: KeyboardEvent) => {
    if (LEFT_TO_FIELDS.has(command.id) && hasItsOwnUndo(event.target)) return;
    event.preventDefault();
    // What stands behind a dialog is out of reach, for the keyboard as for the mouse.
    if (!document.querySelector("[aria-modal=true]")) runCommand(studio, command);
  };
  const shortcuts = commands.flatMap((command) =>
    [command.shortcut, command.otherShortcut].flatMap((keys): HotkeyItem[] =>
      keys ? [[keys, pressed(command), { preventDefault: false }]] : [],
    ),
  );
  // Empty lists: shortcuts work inside fields too, except those left to them above.
  useHotkeys([...shortcuts, ["mod+K", onPalette]], [], true);
}
