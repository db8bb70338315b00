import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { historyOf } from "../../state/recipe/history";
import { type Showing, showing } from "../showing.testing";
import { ProblemList } from "./ProblemList";

const recipe = (text: string): Showing["state"] => ({ recipe: historyOf(text) });
const MISTYPED = "merge_method: linaer\nmodels:\n  - model: a\n    parameters:\n      weight: 1\n";

async function checked(text: string, more: Showing = {}) {
  const studio = await showing(<ProblemList />, { ...more, state: { ...more.state, ...recipe(text) } });
  await studio.getState().checkRecipe();
  return { studio, items: await screen.findAllByRole("listitem") };
}

describe("the list of problems", () => {
  it("says what is wrong with a mistyped method, in which line, and mends it when told to", async () => {
    const { studio, items } = await checked(MISTYPED);
    const item = items.find((each) => each.dataset.code === "recipe/unknown-method");
    if (!item) throw new Error("Nothing is listed.");
    expect(item.textContent).toMatch(/linaer/);
    expect(within(item).getByRole("button", { name: "Go to line 1" })).toBeTruthy();
    fireEvent.click(within(item).getByRole("button", { name: /linear/ }));
    expect(studio.getState().recipe.present).toBe(MISTYPED.replace("linaer", "linear"));
  });

  it("says the same in Japanese, and offers the same", async () => {
    const { studio, items } = await checked(MISTYPED, { language: "ja" });
    const [item] = items;
    if (!item) throw new Error("Nothing is listed.");
    expect(item.textContent).toMatch(/linaer/);
    expect(item.textContent).toMatch(/[ぁ-ん]/);
    fireEvent.click(within(item).getByRole("button", { name: /linear/ }));
    expect(studio.getState().recipe.present).toContain("merge_method: linear\n");
  });

  it("offers no fix for a text that was changed since it was checked", async () => {
    const { studio, items } = await checked(MISTYPED);
    const [item] = items;
    if (!item) throw new Error("Nothing is listed.");
    const fix = within(item).getByRole<HTMLButtonElement>("button", { name: /linear/ });
    expect(fix.disabled).toBe(false);
    studio.getState().editRecipe(`# later\n${MISTYPED}`);
    await waitFor(() => expect(fix.disabled).toBe(true));
  });

  it("leads to the line in the text", async () => {
    const { studio } = await checked(MISTYPED);
    fireEvent.click(screen.getAllByRole("button", { name: "Go to line 1" })[0] as HTMLElement);
    expect(studio.getState().recipeView).toBe("text");
  });
});
