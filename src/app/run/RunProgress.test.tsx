import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Progress } from "../../state/runs/run";
import { showing } from "../showing.testing";
import { RunProgress } from "./RunProgress";

const progress = {
  type: "progress",
  tensorsDone: 3,
  tensors: 12,
  tensor: "model.layers.1.mlp.up_proj.weight",
  fetch: { done: 0, total: 0, rate: 0 },
  merge: { done: 50, total: 200, rate: 10 },
  write: { done: 0, total: 0, rate: 0 },
} as unknown as Progress;
const bars = () =>
  screen.getAllByRole("progressbar").map((bar) => [bar.getAttribute("aria-label"), bar.getAttribute("aria-valuenow")]);

const running = (seen: Progress | undefined) => ({
  state: { run: { phase: "running", name: "a", record: "", progress: seen, notes: [] } as const },
});

it("shows a lane each, and one with nothing to fetch as over", async () => {
  await showing(<RunProgress />, running(progress));
  expect(bars()).toEqual([
    ["Fetch", "100"],
    ["Merge", "25"],
    ["Write", "0"],
  ]);
  expect(screen.getByText(progress.tensor)).toBeDefined();
});

it("shows empty lanes before the first word of the engine", async () => {
  await showing(<RunProgress />, running(undefined));
  expect(bars().map(([, percent]) => percent)).toEqual(["0", "0", "0"]);
});

it("is not there when nothing runs", async () => {
  await showing(<RunProgress />, { state: { run: { phase: "idle" } } });
  expect(screen.queryAllByRole("progressbar")).toEqual([]);
});
