import { canMerge } from "../../state/recipe/plan";
import { isRunning } from "../../state/runs/run";
import type { Studio } from "../../state/studio";
import { pickDirectory } from "../models/pickers";

/** Merges, after asking for a folder where that is wanted. Does nothing when there is nothing to merge. */
export async function beginMerge(studio: Studio): Promise<void> {
  const state = studio.getState();
  if (!canMerge(state) || isRunning(state.run)) return;
  state.markRecipe();
  state.show({ room: "run" });
  if (state.place === "browser" || !window.showDirectoryPicker) return state.startRun();
  const directory = await pickDirectory("merged", "readwrite");
  if (directory) await state.startRun(directory);
}
