import { sha256 } from "../../base/hashes";
import type { Measured } from "../../eval/measures/measured";
import { MEASURES } from "../../eval/registry";
import type { Prompt } from "../../eval/types";
import type { Problem } from "../../recipe/problems/problem";
import { clocked } from "../../search/scoring/clocked";
import { score } from "../../search/scoring/score";
import { centreOf, openSearched, type SearchedRecipe } from "../../search/space/searched";
import type { Candidate } from "../../search/study/runStudy";
import { type Aim, aimsOf, type Study } from "../../search/study/study";
import type { Scored } from "../../search/study/trial";
import { onDevice } from "../machine/onDevice";
import { type EvaluationContext, measurable } from "../measuring/evaluation";
import { heldBack, holdModels } from "../measuring/holdModels";
import type { OpenModel, Purpose } from "../measuring/subjects";
import { contentKey } from "../shelf/contentKey";

/** A candidate, and what it is asked. */
export interface CandidateRequest {
  readonly candidate: Candidate;
  readonly searched: SearchedRecipe;
  readonly study: Study;
  /** The part of each set that is asked, by its name. */
  readonly prompts: (file: string) => readonly Prompt[];
  /** Model that is compared with where an aim names none. */
  readonly base: string | undefined;
}

/** The part of the engine that a search stands on. */
export interface Searching {
  /** Opens a recipe with marks over the models that are there. */
  open(recipe: string): Promise<{ readonly searched?: SearchedRecipe; readonly problems: readonly Problem[] }>;
  /** Hash of the contents of models: results of others are not to be mixed with theirs. */
  contents(models: readonly string[]): Promise<string>;
  /** Measures a candidate that nobody wrote. What fails is a score too; only a cancel rejects, and a device that is lost twice. */
  score(request: CandidateRequest, signal: AbortSignal): Promise<Scored>;
}

export function createSearching(context: EvaluationContext): Searching {
  const { device: keeper, subjects, planning } = context;

  async function openCandidate({ candidate, searched, study }: CandidateRequest, budgetBytes: number) {
    if (candidate.kind === "model") return { model: candidate.key };
    const { plan, problems } = searched.plan(candidate.point, { seed: study.seed, budgetBytes });
    return plan ? { plan } : { reason: sentence(problems) };
  }

  return {
    async open(recipe) {
      const report = openSearched(recipe, planning.structure);
      const { searched } = report;
      if (!searched) return report;
      // Vocabularies are read with the first plan, and known from then on.
      const text = searched.text(centreOf(searched.space));
      const { problems } = await planning.report(text, 0);
      const isWrong = problems.some(({ severity }) => severity === "error");
      return { ...(isWrong ? {} : { searched }), problems: [...report.problems, ...problems] };
    },

    async contents(models) {
      const keys: unknown[] = [];
      for (const key of [...models].sort()) keys.push([key, await contentKey(context.shelf.get(key).checkpoint)]);
      return sha256(JSON.stringify(keys));
    },

    score: (request, signal) =>
      onDevice(keeper, signal, async (device) => {
        const begin = performance.now();
        let modelSeconds = 0;
        const done = (scored: Omit<Scored, "seconds" | "modelSeconds">): Scored => ({
          ...scored,
          seconds: (performance.now() - begin) / 1000,
          modelSeconds,
        });
        const found = await openCandidate(request, device.info.budgetBytes);
        if (found.reason !== undefined)
          return done({ state: "failed", values: {}, constraints: [], reason: found.reason });
        const { study, prompts, base } = request;
        using open = found.plan
          ? await subjects.openPlan(found.plan, device, purposeOf(study), signal)
          : await subjects.openModel(found.model ?? "", device, signal);
        using bases = await openBases(study, base, (key) => subjects.openModel(key, device, signal));
        const cache = heldBack(context.baseCache);
        const model = clocked(open.model, (seconds) => {
          modelSeconds += seconds;
        });
        const scored = await score({
          study,
          prompts,
          subject: await measurable({ ...open, model }),
          baseOf: (aim) => bases.of(aim),
          cache,
          signal,
        });
        await holdModels(context, [...open.models, ...bases.models], signal);
        await cache.release();
        return done(scored);
      }),
  };
}

/** Answers are generated token by token, so merged weights stay; what needs one pass is merged on the way. */
function purposeOf(study: Study): Purpose {
  const generates = aimsOf(study).some(
    ({ measure }) => MEASURES.find(({ id }) => id === measure.of)?.reads === "answers",
  );
  return generates ? "answer" : "measure";
}

interface Bases extends Disposable {
  of(aim: Aim): Measured | undefined;
  readonly models: readonly string[];
}

/** Every model that something is compared with, open. */
async function openBases(
  study: Study,
  base: string | undefined,
  open: (key: string) => Promise<OpenModel>,
): Promise<Bases> {
  const keyOf = (aim: Aim) => (aim.measure.base ? (aim.base ?? base) : undefined);
  const opened = new Map<string, { readonly model: OpenModel; readonly measured: Measured }>();
  for (const key of aimsOf(study).map(keyOf)) {
    if (key === undefined || opened.has(key)) continue;
    const model = await open(key);
    opened.set(key, { model, measured: await measurable(model) });
  }
  return {
    of: (aim) => opened.get(keyOf(aim) ?? "")?.measured,
    models: [...opened.values()].flatMap(({ model }) => model.models),
    [Symbol.dispose]: () => {
      for (const { model } of opened.values()) model[Symbol.dispose]();
    },
  };
}

function sentence(problems: readonly Problem[]): string {
  const first = problems.find(({ severity }) => severity === "error");
  return first ? `${first.code}: ${first.message}` : "The recipe has no plan.";
}
