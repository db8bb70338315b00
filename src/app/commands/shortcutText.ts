import { own } from "../../base/own";

/** `navigator.platform` is old, but the one that every browser has. */
const ON_MAC = /^(Mac|iP)/.test(globalThis.navigator?.platform ?? "");

const KEYS: Readonly<Record<string, string>> = ON_MAC
  ? { mod: "⌘", shift: "⇧", Enter: "↵" }
  : { mod: "Ctrl", shift: "Shift", Enter: "↵" };

/** `mod+shift+Z`, as the keys of this machine say it: Ctrl Shift Z, or ⌘ ⇧ Z. */
export function shortcutText(shortcut: string): string {
  return shortcut
    .split("+")
    .map((key) => own(KEYS, key) ?? key)
    .join(" ");
}

/** The same for `aria-keyshortcuts`. */
export function ariaShortcut(shortcut: string): string {
  return shortcut.replace("mod", ON_MAC ? "Meta" : "Control").replace("shift", "Shift");
}
