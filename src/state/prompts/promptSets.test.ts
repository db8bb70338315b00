import { expect, it, vi } from "vitest";
import { begin, testStudio } from "../studio.testing";

it("calls the bundled prompt sets by their names in the language of the page, and leaves a person's own alone", async () => {
  const studio = testStudio();
  await begin(studio, { languages: ["ja"] });
  const names = () => studio.getState().promptSets.map(({ set }) => set.name);
  expect(names()).toContain("一般的な英語");
  await studio.getState().addPrompts({ name: "mine", text: "One.\nTwo.\n" });
  studio.getState().setSplit("general-en", "held-out");

  studio.getState().changeSettings({ language: "en" });
  await vi.waitUntil(() => names().includes("General English"));
  expect(names().at(-1)).toBe("mine");
  expect(studio.getState().promptSets.find(({ set }) => set.id === "general-en")?.set.split).toBe("held-out");
});
