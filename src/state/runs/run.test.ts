import { expect, it } from "vitest";
import { AwaseError } from "../../base/errors";
import type { EngineClient } from "../../engine/boundary/client";
import type { UnfinishedRun } from "../../engine/protocol/protocol";
import { finished } from "../engine.testing";
import { testStudio } from "../studio.testing";
import { isStuck } from "./run";

const CUT: UnfinishedRun = {
  id: "job",
  name: "cut short",
  recipe: "merge_method: linear\n",
  options: { seed: 3, name: "cut short", shardBytes: 5e9, allowNonFinite: false },
  tensorsDone: 2,
  tensors: 9,
  started: 1,
};

async function openStudio(engine: Partial<EngineClient>) {
  const studio = testStudio(engine);
  await studio.getState().refreshUnfinished();
  return studio;
}

const failing = (code: `${string}/${string}`) => async () => {
  throw AwaseError.of({ code: code, message: "It does not go on.", facts: {} });
};

it.each<[`${string}/${string}`, boolean]>([
  ["journal/changed", true],
  ["output/damaged", true],
  ["hub/offline", false],
  ["job/elsewhere", false],
])("after %s a run says whether to start again is what helps: %s", async (code, stuck) => {
  const studio = await openStudio({ unfinished: async () => [CUT], resume: failing(code) });
  await studio.getState().resumeRun("job");
  const { run, unfinished } = studio.getState();
  expect(run).toMatchObject({ phase: "failed", cut: CUT, failure: { code } });
  expect(isStuck(run)).toBe(stuck);
  expect(unfinished).toEqual([CUT]);
});

it("a run that another tab discarded is merged again as it was asked for", async () => {
  const asked: unknown[] = [];
  const studio = await openStudio({
    restart: failing("journal/not-found"),
    merge: async (recipe, options) => {
      asked.push([recipe, options]);
      return finished;
    },
  });
  await studio.getState().restartRun(CUT);
  expect(asked).toEqual([[CUT.recipe, CUT.options]]);
  expect(studio.getState().run).toMatchObject({ phase: "done", recipe: CUT.recipe });
});
