import { cleanup, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { engineFailure } from "../../engine/failures";
import { finished, watched } from "../../state/engine.testing";
import { failureOf } from "../../state/failure";
import { historyOf } from "../../state/recipe/history";
import type { Run } from "../../state/runs/run";
import type { Language } from "../../state/settings";
import { showing } from "../showing.testing";
import { RunOutcome } from "./RunOutcome";

const RECIPE = "merge_method: linear";
const done: Extract<Run, { phase: "done" }> = {
  phase: "done",
  report: { ...finished, seconds: 2 },
  recipe: RECIPE,
  directory: undefined,
  notes: [],
};

async function outcome(run: Run, present = RECIPE, language: Language = "en") {
  await showing(<RunOutcome />, { language, state: { run, recipe: historyOf(present) } });
  return screen.getByRole("status");
}

describe("how a run ended", () => {
  it("is told with its tensors and its time", async () => {
    const status = await outcome(done);
    expect(status.textContent).toContain("57");
    expect(status.textContent).toContain("2");
    expect(status.dataset).toMatchObject({ phase: "done" });
    expect(status.dataset.outdated).toBeUndefined();
  });

  it("is pale once the recipe is another, and is not when the guard's recipe was taken over", async () => {
    const guarded: Run = { ...done, report: { ...finished, guard: { ...watched, recipe: "merge_method: slerp" } } };
    expect((await outcome(guarded, "merge_method: ties")).dataset.outdated).toBe("true");
    cleanup();
    expect((await outcome(guarded, "merge_method: slerp")).dataset.outdated).toBeUndefined();
  });

  it("is called the base where the guard left nothing of the merge", async () => {
    const guard = {
      ...watched,
      stages: [
        {
          index: 0,
          group: { id: "layers.0-2", kind: "layers" as const, from: 0, to: 2 },
          strength: 1,
          perplexity: 9,
          relative: watched.end.relative,
          divergence: watched.end.divergence,
          verdict: "rolled-back" as const,
          drift: [],
        },
      ],
      strengths: { "layers.0-2": 0 },
    };
    const status = await outcome({ ...done, report: { ...finished, guard } });
    expect(status.dataset.tone).toBe("warn");
  });

  it("is told with what stopped it, in both languages", async () => {
    const failure = failureOf(engineFailure("journal/not-found", { job: "job-7" }));
    const failed: Run = { phase: "failed", failure, notes: [], cut: undefined };
    await outcome(failed);
    await waitFor(() => expect(screen.getByRole("alert").textContent).toContain("no unfinished run job-7"));
    cleanup();
    await outcome(failed, RECIPE, "ja");
    await waitFor(() => expect(screen.getByRole("alert").textContent).toContain("途中のマージ job-7 はもうありません"));
  });

  it("lists what was remarked: NaN by its tensor and both counts, and values that float16 cannot hold", async () => {
    const notes: Run = {
      ...done,
      notes: [
        { type: "non-finite", tensor: "model.norm.weight", inputs: 3, outputs: 5, float16: false },
        { type: "non-finite", tensor: "lm_head.weight", inputs: 0, outputs: 7, float16: true },
      ],
    };
    await outcome(notes);
    const [nan, overflow] = screen.getAllByRole("listitem").map(({ textContent }) => textContent);
    expect(nan).toMatch(/model\.norm\.weight.*3.*5|model\.norm\.weight.*5.*3/);
    expect(overflow).toMatch(/7.*lm_head\.weight|lm_head\.weight.*7/);
    expect(overflow).toContain("float16");
  });
});
