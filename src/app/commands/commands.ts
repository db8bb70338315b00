import type { ModelOrigin } from "../../engine/protocol/protocol";
import { asFileName } from "../../io/path";
import { setsToMeasure } from "../../state/measuring/measureRequest";
import { SAMPLES } from "../../state/models/models";
import { canMerge } from "../../state/recipe/plan";
import { STARTER_NAME, starterRecipe } from "../../state/recipe/recipe";
import { isRunning } from "../../state/runs/run";
import { LANGUAGES, type Scheme } from "../../state/settings";
import type { StudioState } from "../../state/state";
import type { Studio } from "../../state/studio";
import { PANELS } from "../dock/panels";
import { LANGUAGE_NAMES, type Messages } from "../i18n";
import { pickFiles, pickFolder, pickText, recipeNameOf } from "../models/pickers";
import { saveBlob } from "../parts/browser/save";
import { beginMerge } from "../run/beginMerge";

/** Something the studio can do: buttons, menus, shortcuts and the palette read the same object. */
export interface Command {
  readonly id: string;
  readonly group: keyof Messages["commands"]["groups"];
  readonly label: (t: Messages) => string;
  /** On a button or in a menu, where the place says the rest. */
  readonly short?: (t: Messages) => string;
  /** As `useHotkeys` reads it; `mod` is Ctrl, or ⌘ on a Mac. */
  readonly shortcut?: string;
  /** Another, which other programs have taught people. */
  readonly otherShortcut?: string;
  readonly enabled?: (state: StudioState) => boolean;
  readonly run: (studio: Studio) => unknown;
}

const SCHEMES: readonly Scheme[] = ["light", "dark", "auto"];
const RECIPE_FILES = ".yaml,.yml";

async function add(studio: Studio, picking: Promise<ModelOrigin[]>): Promise<void> {
  for (const origin of await picking) await studio.getState().addModel(origin);
}

async function openRecipe(studio: Studio): Promise<void> {
  const picked = await pickText(RECIPE_FILES);
  if (picked) studio.getState().loadRecipe({ text: picked.text, name: recipeNameOf(picked.name) });
}

function saveRecipe(studio: Studio): void {
  const { recipe, recipeName } = studio.getState();
  saveBlob(`${asFileName(recipeName, "recipe")}.yaml`, new Blob([recipe.present], { type: "application/yaml" }));
}

export const mergeCommand: Command = {
  id: "merge",
  group: "run",
  label: (t) => t.commands.merge,
  short: (t) => t.run.merge,
  shortcut: "mod+Enter",
  enabled: (state) => canMerge(state) && !isRunning(state.run),
  run: beginMerge,
};

export const cancelCommand: Command = {
  id: "cancel",
  group: "run",
  label: (t) => t.commands.cancel,
  short: (t) => t.run.cancel,
  enabled: (state) => state.run.phase === "running",
  run: (studio) => studio.getState().cancelRun(),
};

export const measureCommand: Command = {
  id: "measure",
  group: "run",
  label: (t) => t.commands.measure,
  short: (t) => t.measure.button,
  enabled: (state) => canMerge(state) && !isRunning(state.run) && setsToMeasure(state).length > 0,
  run: (studio) => {
    studio.getState().show({ room: "run" });
    return studio.getState().measure();
  },
};

export const undoCommand: Command = {
  id: "undo",
  group: "recipe",
  label: (t) => t.commands.undo,
  shortcut: "mod+Z",
  enabled: (state) => state.recipe.past.length > 0,
  run: (studio) => studio.getState().undo(),
};

export const redoCommand: Command = {
  id: "redo",
  group: "recipe",
  label: (t) => t.commands.redo,
  shortcut: "mod+shift+Z",
  otherShortcut: "mod+Y",
  enabled: (state) => state.recipe.future.length > 0,
  run: (studio) => studio.getState().redo(),
};

export const shareCommand: Command = {
  id: "share",
  group: "recipe",
  label: (t) => t.commands.share,
  short: (t) => t.header.share,
  run: (studio) => studio.getState().show({ dialog: "share" }),
};

export const addHubCommand: Command = {
  id: "add-hub",
  group: "models",
  label: (t) => t.commands.addHub,
  short: (t) => t.models.fromHub,
  run: (studio) => studio.getState().show({ dialog: "hub" }),
};

export const addFolderCommand: Command = {
  id: "add-folder",
  group: "models",
  label: (t) => t.commands.addFolder,
  short: (t) => t.models.folder,
  run: (studio) => add(studio, pickFolder()),
};

export const addFilesCommand: Command = {
  id: "add-files",
  group: "models",
  label: (t) => t.commands.addFiles,
  short: (t) => t.models.files,
  run: (studio) => add(studio, pickFiles()),
};

export function addSampleCommand(name: (typeof SAMPLES)[number]): Command {
  return {
    id: `add-sample:${name}`,
    group: "models",
    label: (t) => t.commands.addSample(name),
    short: () => name,
    enabled: ({ models }) => !models.some(({ origin }) => origin.kind === "sample" && origin.name === name),
    run: (studio) => studio.getState().addModel({ kind: "sample", name }),
  };
}

/** All of them, in the order of the palette. */
export const commands: readonly Command[] = [
  mergeCommand,
  cancelCommand,
  measureCommand,
  {
    id: "live",
    group: "run",
    label: (t) => t.commands.live,
    enabled: (state) => !state.live,
    run: (studio) => studio.getState().setLive(true),
  },
  undoCommand,
  redoCommand,
  shareCommand,
  { id: "open-recipe", group: "recipe", label: (t) => t.commands.openRecipe, run: openRecipe },
  {
    id: "save-recipe",
    group: "recipe",
    label: (t) => t.commands.saveRecipe,
    shortcut: "mod+S",
    run: saveRecipe,
  },
  {
    id: "starter",
    group: "recipe",
    label: (t) => t.commands.starter,
    run: (studio) => {
      const { loadRecipe, language } = studio.getState();
      loadRecipe({ text: starterRecipe(language), name: STARTER_NAME });
    },
  },
  addHubCommand,
  addFolderCommand,
  addFilesCommand,
  ...SAMPLES.map(addSampleCommand),
  ...PANELS.map(
    ({ id, room, command }): Command => ({
      id: `show-${id}`,
      group: "view",
      label: command,
      run: (studio) => studio.getState().show({ dock: id, room }),
    }),
  ),
  ...LANGUAGES.map(
    (language): Command => ({
      id: `language:${language}`,
      group: "view",
      label: (t) => t.commands.language(LANGUAGE_NAMES[language]),
      enabled: (state) => state.language !== language,
      run: (studio) => studio.getState().changeSettings({ language }),
    }),
  ),
  ...SCHEMES.map(
    (scheme): Command => ({
      id: `theme:${scheme}`,
      group: "view",
      label: (t) => t.commands.theme(t.header.themes[scheme]),
      enabled: (state) => state.scheme !== scheme,
      run: (studio) => studio.getState().changeSettings({ scheme }),
    }),
  ),
];

export function runCommand(studio: Studio, { enabled, run }: Command): void {
  if (enabled?.(studio.getState()) ?? true) void studio.getState().attempt(Promise.resolve(run(studio)));
}
