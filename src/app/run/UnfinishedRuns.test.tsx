import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { RunId } from "../../engine/protocol/ids";
import type { UnfinishedRun } from "../../engine/protocol/protocol";
import { finished } from "../../state/engine.testing";
import { type Showing, showing } from "../showing.testing";
import { UnfinishedRuns } from "./UnfinishedRuns";

const cut: UnfinishedRun = {
  id: "run-1" as RunId,
  name: "ja-math",
  recipe: "merge_method: linear",
  options: { seed: 0, name: "ja-math", shardBytes: 2 ** 30, allowNonFinite: false },
  tensorsDone: 20,
  tensors: 57,
  started: 0,
};
const failedWith = (code: string) =>
  ({ phase: "failed", name: cut.name, failure: { name: "AwaseError", code, message: "" }, notes: [], cut }) as const;
const buttons = () => screen.getAllByRole("button").map(({ textContent }) => textContent);
const main = () => screen.getAllByRole("button").find((button) => button.dataset.variant === "filled")?.textContent;

describe("the card of a run that was cut short", () => {
  it("says how far it came, and offers to go on, to start again, and to discard it", async () => {
    await showing(<UnfinishedRuns />, { state: { unfinished: [cut] } });
    expect(screen.getByRole("listitem").textContent).toContain("20 of 57 tensors done");
    expect(buttons()).toEqual(["Go on", "Start again", "Discard"]);
    expect(main()).toBe("Go on");
  });

  it("says so in Japanese", async () => {
    await showing(<UnfinishedRuns />, { language: "ja", state: { unfinished: [cut] } });
    expect(screen.getByRole("listitem").textContent).toContain("テンソル 20 / 57 まで完了");
    expect(buttons()).toEqual(["続きから", "最初から", "破棄"]);
  });

  it.each(["journal/changed", "journal/changed-plan", "output/damaged", "io/folder-gone"])(
    "recommends to start again where going on ended with %s",
    async (code) => {
      await showing(<UnfinishedRuns />, { state: { unfinished: [cut], run: failedWith(code) } });
      expect(main()).toBe("Start again");
    },
  );

  it("still recommends to go on after a failure that may pass", async () => {
    await showing(<UnfinishedRuns />, { state: { unfinished: [cut], run: failedWith("hub/network") } });
    expect(main()).toBe("Go on");
  });

  it("offers nothing but a new start where its journal is gone", async () => {
    await showing(<UnfinishedRuns />, { state: { run: failedWith("journal/not-found") } });
    expect(buttons()).toEqual(["Start again"]);
  });

  it("is not there while something is merged", async () => {
    const run = { phase: "running", name: "b", record: "", progress: undefined, notes: [] } as const;
    await showing(<UnfinishedRuns />, { state: { unfinished: [cut], run } });
    expect(screen.queryByRole("list")).toBeNull();
  });

  it.each([
    ["Go on", "resume"],
    ["Start again", "restart"],
    ["Discard", "discard"],
  ] as const)("%s asks the engine to %s just that run", async (label, call) => {
    const asked = vi.fn(async (_run: string) => finished);
    const engine = { [call]: asked } as Showing["engine"] & object;
    await showing(<UnfinishedRuns />, { state: { unfinished: [cut] }, engine });
    fireEvent.click(screen.getByRole("button", { name: label }));
    await waitFor(() => expect(asked.mock.calls.map(([run]) => run)).toEqual(["run-1"]));
  });
});
