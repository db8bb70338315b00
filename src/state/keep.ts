import { type KeptModel, keptModel } from "./models/models";
import { historyOf } from "./recipe/history";
import type { StudioState } from "./state";

/** Everything in the store but its functions. */
type Data = {
  [Key in keyof StudioState as StudioState[Key] extends (...args: never[]) => unknown ? never : Key]: StudioState[Key];
};

/** What outlives a reload, and what goes into a share link. Naming every key is what makes it compile. */
export const keep = {
  language: { session: true, link: false },
  scheme: { session: true, link: false },
  hubUrl: { session: false, link: false }, // read anew at each visit, from the page that serves it
  devicePreference: { session: true, link: false },
  shardBytes: { session: true, link: false },
  allowNonFinite: { session: true, link: false },
  place: { session: true, link: false },
  recipe: { session: true, link: true },
  tuning: { session: false, link: false }, // written when the slider is let go
  recipeName: { session: true, link: true },
  models: { session: true, link: false }, // the link has their commits instead
  device: { session: false, link: false },
  engineFailure: { session: false, link: false },
  methods: { session: false, link: false },
  report: { session: false, link: false },
  reportedText: { session: false, link: false },
  checking: { session: false, link: false },
  checkFailure: { session: false, link: false },
  run: { session: false, link: false },
  unfinished: { session: false, link: false }, // the engine's journal has them
  results: { session: false, link: false }, // so has its catalogue
  storage: { session: false, link: false },
  transfer: { session: false, link: false },
  notice: { session: false, link: false },
  review: { session: false, link: false },
  room: { session: true, link: false },
  inspected: { session: false, link: false },
  dock: { session: true, link: false },
  recipeView: { session: true, link: false },
  dialog: { session: false, link: false },
  promptSets: { session: false, link: false }, // in a store of their own: they can be large
  setCosts: { session: false, link: false },
  measureSets: { session: true, link: false },
  measuring: { session: false, link: false },
  live: { session: false, link: false },
  guard: { session: true, link: false },
  guardProgress: { session: false, link: false },
  visitBegan: { session: false, link: false },
  records: { session: false, link: false }, // in a store of their own
  chartView: { session: true, link: false },
  questions: { session: false, link: false },
  asking: { session: false, link: false },
  blind: { session: false, link: false },
  answerSettings: { session: true, link: false },
  speakers: { session: false, link: false },
} as const satisfies Record<keyof Data, { session: boolean; link: boolean }>;

type SessionKey = { [Key in keyof typeof keep]: (typeof keep)[Key]["session"] extends true ? Key : never }[keyof Data];

/** A visit as it is stored: the kept keys, the recipe without its undo steps, the models by where they come from. */
export type Session = Omit<Pick<Data, SessionKey>, "recipe" | "models"> & {
  readonly recipe: string;
  readonly models: readonly KeptModel[];
};

const sessionKeys = (Object.keys(keep) as (keyof Data)[]).filter((key): key is SessionKey => keep[key].session);

export function sessionOf(state: Data): Session {
  const kept = Object.fromEntries(sessionKeys.map((key) => [key, state[key]])) as Pick<Data, SessionKey>;
  return { ...kept, recipe: state.recipe.present, models: state.models.map(keptModel) };
}

/** The part of the state a stored visit brings back; its models are opened one by one afterwards. */
export function stateOf({ recipe, models: _, ...rest }: Session): Partial<Data> {
  return { ...rest, recipe: historyOf(recipe) };
}

/** Whether a change of state is worth writing down. */
export function sessionChanged(before: Data, after: Data): boolean {
  return sessionKeys.some((key) => before[key] !== after[key]);
}
