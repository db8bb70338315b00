import type { ModelOrigin } from "../../engine/protocol/protocol";
import { asFileName } from "../../io/path";
import { SAMPLES } from "../../state/models/models";
import { canMerge } from "../../state/recipe/plan";
import { STARTER_NAME, starterRecipe } from "../../state/recipe/recipe";
import { isRunning } from "../../state/runs/run";
import { LANGUAGES, type Scheme } from "../../state/settings";
import type { StudioState } from "../../state/state";
import type { Studio } from "../../state/studio";
import { LANGUAGE_NAMES, type Messages } from "../i18n";
import { pickFiles, pickFolder, pickText, recipeNameOf } from "../models/pickers";
import { saveBlob } from "../parts/save";
import { beginMerge } from "../run/beginMerge";

/** Something the studio can do: the palette lists it, and a shortcut may call it. */
export interface Command {
  readonly id: string;
  readonly group: keyof Messages["commands"]["groups"];
  readonly label: (t: Messages) => string;
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

export const commands: readonly Command[] = [
  {
    id: "merge",
    group: "run",
    label: (t) => t.commands.merge,
    shortcut: "mod+Enter",
    enabled: (state) => canMerge(state) && !isRunning(state.run),
    run: beginMerge,
  },
  {
    id: "cancel",
    group: "run",
    label: (t) => t.commands.cancel,
    enabled: (state) => state.run.phase === "running",
    run: (studio) => studio.getState().cancelRun(),
  },
  {
    id: "measure",
    group: "run",
    label: (t) => t.commands.measure,
    enabled: (state) => canMerge(state) && !isRunning(state.run),
    run: (studio) => {
      studio.getState().show({ room: "run" });
      return studio.getState().measure();
    },
  },
  {
    id: "live",
    group: "run",
    label: (t) => t.commands.live,
    enabled: (state) => !state.live,
    run: (studio) => studio.getState().setLive(true),
  },
  {
    id: "undo",
    group: "recipe",
    label: (t) => t.commands.undo,
    shortcut: "mod+Z",
    enabled: (state) => state.recipe.past.length > 0,
    run: (studio) => studio.getState().undo(),
  },
  {
    id: "redo",
    group: "recipe",
    label: (t) => t.commands.redo,
    shortcut: "mod+shift+Z",
    otherShortcut: "mod+Y",
    enabled: (state) => state.recipe.future.length > 0,
    run: (studio) => studio.getState().redo(),
  },
  {
    id: "share",
    group: "recipe",
    label: (t) => t.commands.share,
    run: (studio) => studio.getState().show({ dialog: "share" }),
  },
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
  {
    id: "add-hub",
    group: "models",
    label: (t) => t.commands.addHub,
    run: (studio) => studio.getState().show({ dialog: "hub" }),
  },
  { id: "add-folder", group: "models", label: (t) => t.commands.addFolder, run: (studio) => add(studio, pickFolder()) },
  { id: "add-files", group: "models", label: (t) => t.commands.addFiles, run: (studio) => add(studio, pickFiles()) },
  ...SAMPLES.map(
    (name): Command => ({
      id: `add-sample:${name}`,
      group: "models",
      label: (t) => t.commands.addSample(name),
      enabled: ({ models }) => !models.some(({ origin }) => origin.kind === "sample" && origin.name === name),
      run: (studio) => studio.getState().addModel({ kind: "sample", name }),
    }),
  ),
  {
    id: "show-results",
    group: "view",
    label: (t) => t.commands.showResults,
    run: (studio) => studio.getState().show({ dock: "results", room: "history" }),
  },
  {
    id: "show-compare",
    group: "view",
    label: (t) => t.commands.showCompare,
    run: (studio) => studio.getState().show({ dock: "compare", room: "compare" }),
  },
  {
    id: "show-prompts",
    group: "view",
    label: (t) => t.commands.showPrompts,
    run: (studio) => studio.getState().show({ dock: "prompts", room: "compare" }),
  },
  {
    id: "show-storage",
    group: "view",
    label: (t) => t.commands.showStorage,
    run: (studio) => studio.getState().show({ dock: "storage", room: "history" }),
  },
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
