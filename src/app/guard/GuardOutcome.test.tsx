import { cleanup, fireEvent, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { GuardReport, GuardStage } from "../../eval/types";
import { watched } from "../../state/engine.testing";
import type { MeasurementRecord } from "../../state/measuring/records";
import { historyOf } from "../../state/recipe/history";
import type { Language } from "../../state/settings";
import { showing } from "../showing.testing";
import GuardOutcome from "./GuardOutcome";

const stage = (from: number, verdict: GuardStage["verdict"], more: Partial<GuardStage> = {}): GuardStage => ({
  index: from,
  group: { id: `layers.${from}-${from + 2}`, kind: "layers", from, to: from + 2 },
  strength: 1,
  perplexity: 3,
  relative: watched.end.relative,
  divergence: watched.end.divergence,
  verdict,
  drift: [],
  ...more,
});
const broken = { ...watched.end, relative: { ratio: Number.NaN, ln: Number.NaN, standardError: 0 } };

/** The banner of a guard that ended so. */
async function outcome(report: Partial<GuardReport>, language: Language = "en") {
  const whole = { ...watched, recipe: "merge_method: slerp", ...report };
  const record: MeasurementRecord = {
    id: "1",
    name: "ja-math",
    recipe: "merge_method: linear",
    started: Date.now() + 1000,
    device: "",
    measured: [],
    watched: { cap: 3, stages: whole.stages, report: whole },
  };
  const state = { records: [record], recipe: historyOf(record.recipe) };
  const studio = await showing(<GuardOutcome />, { language, state });
  return { studio, text: screen.getByRole("region").textContent ?? "" };
}

const kept = [stage(0, "kept"), stage(2, "kept")];
const back = { stages: [stage(0, "kept"), stage(2, "rolled-back")], strengths: { "layers.2-4": 0 } };

describe("what the guard saw", () => {
  it.each<[string, Partial<GuardReport>, string, string]>([
    ["all is below the cap", { stages: kept }, "Every group stayed below the cap.", "どの部分も上限に収まりました。"],
    ["a group was taken back", back, "The guard took 1 group back to the base.", "ガードが1か所をベースに戻しました。"],
    [
      "a group was weakened",
      { ...back, strengths: { "layers.2-4": 0.5 } },
      "The guard changed 1 group.",
      "ガードが1か所を変えました。",
    ],
    [
      "nothing is left of the merge",
      { stages: [stage(2, "rolled-back")], strengths: { "layers.2-4": 0 } },
      "The result is the base, and nothing of the merge is left.",
      "マージは何も残っていません。",
    ],
    [
      "it was to stop",
      { stages: [stage(0, "stopped")], stopped: true },
      "The guard stopped the merge. Nothing was written.",
      "ガードがマージを止めました。何も書き込んでいません。",
    ],
    ["it was to warn", { stages: [stage(0, "warned")] }, "1 group went over the cap.", "1か所が上限を超えました。"],
    ["the merge gives NaN", { stages: kept, end: broken }, "The merge gives NaN or Inf.", "NaNかInfになりました"],
    ["NaN stays at strength 0", { ...back, end: broken }, "0 times NaN is NaN", "0×NaNはNaNです"],
  ])("is said where %s, in both languages", async (_, report, english, japanese) => {
    expect((await outcome(report)).text).toContain(english);
    cleanup();
    expect((await outcome(report, "ja")).text).toContain(japanese);
  });

  it("names the groups that are not as the recipe wanted them, and the tensor with NaN", async () => {
    const drift = [{ tensor: "model.norm.weight", relative: 0, norm: 1, nonFinite: 3 }];
    const stages = [stage(0, "halved", { drift }), stage(2, "rolled-back"), stage(4, "warned")];
    const { text } = await outcome({ stages, strengths: { "layers.0-2": 0.5, "layers.2-4": 0 } });
    expect(text).toContain("Layers 0–1: merged at strength 0.5");
    expect(text).toContain("Layers 2–3: kept from the base");
    expect(text).toContain("Layers 4–5: over the cap, kept");
    expect(text).toContain("NaN or Inf in model.norm.weight");
  });

  it("puts the recipe that came of it into the editor, and tells how to take that back", async () => {
    const { studio } = await outcome(back);
    fireEvent.click(screen.getByRole("button", { name: "Use this recipe" }));
    expect(studio.getState().recipe.present).toBe("merge_method: slerp");
    expect(await screen.findByText("In the editor. Undo brings yours back.")).toBeTruthy();
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("offers no recipe where the guard changed nothing", async () => {
    await outcome({ stages: kept });
    expect(screen.queryByRole("button")).toBeNull();
  });
});
