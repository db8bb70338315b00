import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { EngineClient } from "../../engine/boundary/client";
import { finished, goodReport } from "../../state/engine.testing";
import type { Studio } from "../../state/studio";
import { AddModelMenu } from "../models/AddModelMenu";
import { RunControl } from "../run/RunControl";
import { type Showing, showing } from "../showing.testing";
import CommandPalette from "./CommandPalette";
import { useShortcuts } from "./useShortcuts";

function Everything() {
  useShortcuts(() => undefined);
  return (
    <>
      <RunControl />
      <AddModelMenu />
      <CommandPalette request={1} />
    </>
  );
}

const merging = () => vi.fn<EngineClient["merge"]>(async () => finished);
const button = (name: string) => screen.getByRole<HTMLButtonElement>("button", { name });
const inPalette = (label: string) => screen.queryByText(label, { selector: "[data-action] *" });
const pressMerge = () => fireEvent.keyDown(document.documentElement, { key: "Enter", code: "Enter", ctrlKey: true });

async function page(what: Showing = {}): Promise<Studio> {
  const studio = await showing(<Everything />, what);
  await screen.findByRole("dialog", { hidden: true });
  return studio;
}

describe("a command", () => {
  it("is offered nowhere while it cannot be: no button, no line of the palette, no key merges a recipe with mistakes", async () => {
    const merge = merging();
    await page({ engine: { merge } });
    expect(button("Merge").disabled).toBe(true);
    expect(button("Measure").disabled).toBe(true);
    expect(inPalette("Merge the recipe")).toBeNull();
    pressMerge();
    expect(merge).not.toHaveBeenCalled();
  });

  it("is offered everywhere once it can be", async () => {
    const merge = merging();
    const studio = await page({ engine: { merge, check: async () => goodReport } });
    await act(() => studio.getState().checkRecipe());
    expect(button("Merge").disabled).toBe(false);
    act(() => studio.setState({ language: "en" }));
    await waitFor(() => expect(merge).not.toHaveBeenCalled());
    fireEvent.click(button("Merge"));
    await waitFor(() => expect(merge).toHaveBeenCalledTimes(1));
  });

  it("cannot measure without a set of prompts, though it can merge", async () => {
    const studio = await page({ engine: { check: async () => goodReport } });
    await act(() => studio.getState().checkRecipe());
    expect(button("Merge").disabled).toBe(false);
    expect(button("Measure").disabled).toBe(true);
    await act(() => studio.getState().loadPromptSets());
    await waitFor(() => expect(button("Measure").disabled).toBe(false));
  });

  it("adds a sample once: then its line in the menu is grey, and the palette has none", async () => {
    await page({ state: { models: [{ id: "1", origin: { kind: "sample", name: "llama-ja" }, status: "opening" }] } });
    fireEvent.click(button("Add model"));
    const there = await screen.findByRole<HTMLButtonElement>("menuitem", { name: /llama-ja/ });
    const other = screen.getByRole<HTMLButtonElement>("menuitem", { name: /llama-math/ });
    expect([there.disabled, other.disabled]).toEqual([true, false]);
    expect(screen.queryByText("Add the sample llama-ja")).toBeNull();
    expect(screen.getByText("Add the sample llama-math")).toBeTruthy();
  });
});
