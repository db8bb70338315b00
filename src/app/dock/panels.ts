import { type ComponentType, lazy } from "react";
import type { Room } from "../../state/view";
import { ResultsPanel } from "../history/ResultsPanel";
import type { Messages } from "../i18n";

/** Something the dock shows. */
export interface DockPanel {
  readonly id: string;
  /** Where a screen with room for one panel has it. */
  readonly room: Room;
  /** Of the whole panel. */
  readonly title: (t: Messages) => string;
  /** On its tab. */
  readonly tab: (t: Messages) => string;
  /** Of the command that opens it. */
  readonly command: (t: Messages) => string;
  /** May be lazy. */
  readonly Panel: ComponentType;
}

/** All panels of the dock, in the order of their tabs. */
export const PANELS: readonly DockPanel[] = [
  {
    id: "results",
    room: "history",
    title: (t) => t.history.title,
    tab: (t) => t.history.results,
    command: (t) => t.commands.showResults,
    Panel: ResultsPanel,
  },
  {
    id: "compare",
    room: "compare",
    title: (t) => t.compare.title,
    tab: (t) => t.compare.title,
    command: (t) => t.commands.showCompare,
    Panel: lazy(() => import("../compare/ComparePanel")),
  },
  {
    id: "prompts",
    room: "compare",
    title: (t) => t.prompts.title,
    tab: (t) => t.prompts.tab,
    command: (t) => t.commands.showPrompts,
    Panel: lazy(() => import("../prompts/PromptsPanel")),
  },
  {
    id: "storage",
    room: "history",
    title: (t) => t.history.title,
    tab: (t) => t.history.storage,
    command: (t) => t.commands.showStorage,
    Panel: lazy(() => import("../history/StoragePanel")),
  },
];
