import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { memoryTrials } from "../../state/engine.testing";
import { encodeShare } from "../../state/recipe/share";
import { begin } from "../../state/studio.testing";
import { draw, studioOf } from "../showing.testing";
import ReviewDialog from "./ReviewDialog";

/** A visit after one whose page went down while it showed a link. */
async function afterTheLink(language: "en" | "ja") {
  const studio = studioOf();
  const trials = memoryTrials(JSON.stringify({ link: true }));
  await begin(studio, { languages: [language], trials });
  await draw(<ReviewDialog />, studio);
  return studio;
}

describe("a link that was set aside", () => {
  it("is told of, with what to do, and the recipe is as it was", async () => {
    const studio = await afterTheLink("en");
    const before = studio.getState().recipe.present;
    expect((await screen.findByRole("alert")).textContent).toContain("that link was set aside");
    expect(screen.getByRole("alert").textContent).toContain("Ask for the recipe as a file.");
    fireEvent.click(screen.getAllByRole("button", { name: "Close" }).at(-1) as HTMLElement);
    await waitFor(() => expect(studio.getState().review).toBeUndefined());
    expect(studio.getState().recipe.present).toBe(before);
  });

  it("is told of in Japanese", async () => {
    await afterTheLink("ja");
    expect((await screen.findByRole("alert")).textContent).toContain("そのリンクは開かずにおきました");
  });
});

describe("a recipe that came in a link", () => {
  const recipe = "merge_method: linear\nmodels:\n  - model: org/there\n  - model: org/gone\n";
  const missing = ["org/there", "org/gone"].map((repo) => ({
    reference: repo,
    hubId: repo,
    origin: { kind: "hub", repo } as const,
  }));

  it("is loaded when it is accepted, and not before", async () => {
    const studio = studioOf({ engine: { check: async () => ({ problems: [], missing }) } });
    await studio.getState().startEngine();
    await draw(<ReviewDialog />, studio);
    await studio.getState().openShare(await encodeShare({ name: "theirs", recipe }));
    const take = await screen.findByRole("button", { name: "Use this recipe" });
    expect(screen.getAllByText("from the Hub")).toHaveLength(2);
    expect(studio.getState().recipe.present).not.toBe(recipe);
    fireEvent.click(take);
    await waitFor(() => expect(studio.getState().recipe.present).toBe(recipe));
    expect(studio.getState().models.map(({ origin }) => origin)).toMatchObject(missing.map(({ origin }) => origin));
  });
});
