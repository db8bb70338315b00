import { fireEvent, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { goodPlan, goodReport } from "../../state/engine.testing";
import type { StudioState } from "../../state/state";
import { showing } from "../showing.testing";
import { GuardOptions } from "./GuardOptions";

const stack: Pick<StudioState, "report"> = {
  report: {
    ...goodReport,
    plan: {
      ...goodPlan,
      guardLimit: { code: "guard/whole-method", message: "", facts: { base: "a", method: "passthrough" } },
    },
  } as never,
};
const actions = () => {
  fireEvent.click(screen.getByRole("combobox", { name: "Over the cap" }));
  return screen.getAllByRole("option", { hidden: true }).map(({ textContent }) => textContent);
};

describe("what the guard is told", () => {
  it("is asked only once it is on", async () => {
    const studio = await showing(<GuardOptions />);
    expect(screen.queryByRole("combobox")).toBeNull();
    fireEvent.click(screen.getByRole("checkbox"));
    expect(studio.getState().guard.on).toBe(true);
    expect(screen.getByRole("combobox", { name: "Over the cap" })).toBeDefined();
  });

  it("is a cap above 1: one that would take back the base itself is not taken", async () => {
    const studio = await showing(<GuardOptions />);
    studio.getState().changeGuard({ on: true, cap: 3 });
    const cap = await screen.findByRole("textbox", { name: "Cap on relative PPL" });
    const write = (value: string) => {
      fireEvent.change(cap, { target: { value } });
      fireEvent.blur(cap);
    };
    write("0.5");
    expect(studio.getState().guard.cap).toBe(3);
    write("1.25");
    expect(studio.getState().guard.cap).toBe(1.25);
  });

  it("offers to take back groups, but not where nothing can be taken back", async () => {
    const studio = await showing(<GuardOptions />);
    studio.getState().changeGuard({ on: true });
    expect(await screen.findByRole("combobox", { name: "Over the cap" })).toBeDefined();
    expect(actions().filter((action) => /Warn|Halve|Keep|Stop/.test(action ?? ""))).toHaveLength(4);
  });

  it("offers a warning or a stop for a stack, and has no groups", async () => {
    const studio = await showing(<GuardOptions />, { state: stack });
    studio.getState().changeGuard({ on: true });
    expect(await screen.findByRole("note")).toBeDefined();
    expect(actions().filter((action) => /Warn|Halve|Keep|Stop/.test(action ?? ""))).toEqual(["Warn", "Stop the merge"]);
    expect(screen.queryByRole("textbox", { name: "Layers per group" })).toBeNull();
  });
});
