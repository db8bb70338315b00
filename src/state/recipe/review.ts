import type { HubLook, HubOrigin, RecipeReport } from "../../engine/protocol/protocol";
import type { EngineSlice } from "../engine";
import { type Failure, failureOf } from "../failure";
import { type ModelsSlice, modelNames, readyModels } from "../models/models";
import type { Slice, StudioTools } from "../slice";
import type { PlanSlice } from "./plan";
import { type RecipeSlice, seedOf, withRevisions } from "./recipe";
import { decodeShare, encodeShare, type SharedRecipe } from "./share";

/** A recipe that came in a link, looked at before anything is done with it. */
export type Review =
  | { readonly status: "reading" }
  | { readonly status: "failed"; readonly failure: Failure }
  | {
      readonly status: "ready";
      readonly shared: SharedRecipe;
      /** What the engine says about it, from the models that are loaded; absent while it is asked. */
      readonly report: RecipeReport | undefined;
    };

export interface ReviewSlice {
  readonly review: Review | undefined;
  openShare(fragment: string): Promise<void>;
  /** Asks which of its models are here. Asked again as models open. */
  checkReview(): Promise<void>;
  /** Asks the Hub for size, terms and licence of a model. @throws {AwaseError} a `hub/…` code */
  lookAtHub(origin: HubOrigin): Promise<HubLook>;
  /** Takes the recipe over and opens the Hub models it pins. Merges nothing. */
  acceptShare(): Promise<void>;
  declineShare(): void;
  /** What is looked at was drawn: should the page go down later, it was not that. */
  reviewDrawn(): void;
  /** The fragment of a link to the recipe as it stands. @throws {AwaseError} `share/too-long`, `share/long-name` */
  shareFragment(): Promise<string>;
}

export function createReviewSlice({
  engine,
  trials,
}: StudioTools): Slice<ReviewSlice, RecipeSlice & EngineSlice & ModelsSlice & PlanSlice> {
  return (set, get) => ({
    review: undefined,
    async openShare(fragment) {
      const reading: Review = { status: "reading" };
      trials.note({ link: true });
      set({ review: reading });
      try {
        const shared = await decodeShare(fragment);
        if (get().review !== reading) return;
        set({ review: { status: "ready", shared, report: undefined } });
        await get().checkReview();
      } catch (error) {
        if (get().review === reading) set({ review: { status: "failed", failure: failureOf(error) } });
      }
    },
    async checkReview() {
      const { review, device } = get();
      if (review?.status !== "ready" || !device) return;
      const { shared } = review;
      const report = await engine.check(shared.recipe, seedOf(shared.recipe));
      const now = get().review;
      if (now?.status !== "ready" || now.shared !== shared) return;
      trials.note({ link: true });
      set({ review: { ...now, report } });
    },
    lookAtHub: (origin) => engine.lookAtHub(origin),
    async acceptShare() {
      const { review } = get();
      if (review?.status !== "ready") return;
      const { shared, report } = review;
      trials.note({ before: { recipe: get().recipe.present, recipeName: get().recipeName } });
      set({ review: undefined });
      get().loadRecipe({ text: shared.recipe, name: shared.name });
      // The recipe's own block pins their commits. What is listed may have been opening when the engine was asked.
      for (const { reference, origin } of report?.missing ?? []) {
        if (origin?.kind === "hub" && !modelNames(get().models).includes(reference)) await get().addModel(origin);
      }
    },
    declineShare: () => set({ review: undefined }),
    reviewDrawn() {
      if (get().review?.status !== "reading") trials.settle(["link"]);
    },
    shareFragment() {
      const { recipe, recipeName, models, report } = get();
      const used = new Set(report?.plan?.models);
      const pins = readyModels(models).flatMap(({ key, origin, revision }): [string, string][] =>
        origin.kind === "hub" && revision && used.has(key) ? [[key, revision]] : [],
      );
      return encodeShare({ name: recipeName, recipe: withRevisions(recipe.present, Object.fromEntries(pins)) });
    },
  });
}
