import type { Slice } from "./slice";

/** Panels; on a narrow screen one is seen at a time. */
export const ROOMS = ["models", "recipe", "run", "compare", "history"] as const;

export type Room = (typeof ROOMS)[number];

/** What is open on the screen. */
export interface ViewSlice {
  readonly room: Room;
  /** Entry id of the model in the inspector. */
  readonly inspected: string | undefined;
  /** Id of the panel that the bottom dock shows; undefined: folded. */
  readonly dock: string | undefined;
  /** The view of the recipe on screens too narrow for both. */
  readonly recipeView: "form" | "text";
  readonly dialog: "hub" | "share" | undefined;
  show(change: Partial<Pick<ViewSlice, "room" | "inspected" | "dock" | "recipeView" | "dialog">>): void;
}

export const createViewSlice: Slice<ViewSlice> = (set) => ({
  room: "recipe",
  inspected: undefined,
  dock: "results",
  recipeView: "form",
  dialog: undefined,
  show: (change) => set(change),
});
