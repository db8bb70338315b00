import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { StoredResult } from "../../engine/protocol/protocol";
import { evaluationOf, finished, watched } from "../../state/engine.testing";
import type { MeasurementRecord } from "../../state/measuring/records";
import { historyOf } from "../../state/recipe/history";
import { showing } from "../showing.testing";
import { ResultsPanel } from "./ResultsPanel";

const result: StoredResult = {
  report: { ...finished, id: "r1", name: "ja-math" },
  recipe: "merge_method: ties\n",
  finished: 2000,
};
const measured: MeasurementRecord = {
  id: "m1",
  name: "only measured",
  recipe: "merge_method: slerp\n",
  started: 3000,
  device: "test adapter",
  measured: [[{ set: "general", name: "General", merged: evaluationOf("general") }]],
};
const rows = async () => (await screen.findAllByRole("row")).slice(1).map(({ textContent }) => textContent ?? "");
const pick = async (actionsOf: string, item: string) => {
  fireEvent.click(await screen.findByRole("button", { name: `Actions for ${actionsOf}` }));
  fireEvent.click(await screen.findByRole("menuitem", { name: item }));
};

describe("the list of results", () => {
  it("has what was merged and what was only measured, newest first, each with its method", async () => {
    await showing(<ResultsPanel />, { state: { results: [result], records: [measured] } });
    const [first, second] = await rows();
    expect(first).toContain("only measured");
    expect(first).toContain("slerp");
    expect(first).toContain("not written");
    expect(second).toContain("ja-math");
    expect(second).toContain("ties");
  });

  it("does not list a record that has no values, nor one of a result twice", async () => {
    const empty: MeasurementRecord = { ...measured, id: "m2", name: "empty", measured: [] };
    const own: MeasurementRecord = { ...measured, id: "m3", name: "ja-math", result: "r1" };
    await showing(<ResultsPanel />, { state: { results: [result], records: [empty, own] } });
    expect(await rows()).toHaveLength(1);
  });

  it("calls a merge of which the guard left nothing the base, in both languages", async () => {
    const stage = {
      index: 0,
      group: { id: "layers.0-2", kind: "layers" as const, from: 0, to: 2 },
      strength: 1,
      perplexity: 9,
      relative: watched.end.relative,
      divergence: watched.end.divergence,
      verdict: "rolled-back" as const,
      drift: [],
    };
    const guard = { ...watched, stages: [stage], strengths: { "layers.0-2": 0 } };
    const state = { results: [{ ...result, report: { ...result.report, guard } }] };
    await showing(<ResultsPanel />, { state });
    expect((await rows())[0]).toContain("the base, unchanged");
    cleanup();
    await showing(<ResultsPanel />, { state, language: "ja" });
    expect((await rows())[0]).toContain("ベース");
  });

  it("brings a row's recipe back under its name", async () => {
    const state = { results: [result], recipe: historyOf("merge_method: linear\n") };
    const studio = await showing(<ResultsPanel />, { state });
    await pick("ja-math", "Load its recipe");
    expect(studio.getState().recipe.present).toBe("merge_method: ties\n");
  });

  it("deletes the result that was meant", async () => {
    const removeResult = vi.fn(async (_id: string) => undefined);
    await showing(<ResultsPanel />, { state: { results: [result] }, engine: { removeResult } });
    await pick("ja-math", "Delete from this browser");
    await waitFor(() => expect(removeResult.mock.calls).toEqual([["r1"]]));
    await waitFor(() => expect(screen.queryAllByRole("row")).toEqual([]));
  });
});
