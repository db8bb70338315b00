import { expect, type Locator, type Page } from "@playwright/test";

/** The guard's options in the run panel, and what it saw. */
export class Guard {
  constructor(private readonly page: Page) {}

  /** The options. */
  get group(): Locator {
    return this.page.getByRole("group", { name: "Guard" });
  }

  get enabled(): Locator {
    return this.group.getByRole("checkbox", { name: "Watch what the merge does to the model" });
  }

  /** What it did, once the merge is past it. */
  get outcome(): Locator {
    return this.page.getByRole("region", { name: "What the guard saw" });
  }

  /** Why only the whole of a merge can be looked at. */
  get limit(): Locator {
    return this.page.getByRole("note").filter({ hasText: "The guard measures the whole result" });
  }

  /** Groups that were rolled back or weakened, each with a sentence. */
  get changes(): Locator {
    return this.outcome.getByRole("listitem");
  }

  async set(on: boolean): Promise<void> {
    await this.enabled.setChecked(on);
  }

  /** How many prompts of the set are used: the first ones. */
  async promptsUsed(value: string): Promise<void> {
    const field = this.group.getByRole("textbox", { name: "Prompts used" });
    await field.fill(value);
    await field.press("Tab");
  }

  async cap(value: string): Promise<void> {
    const field = this.group.getByRole("textbox", { name: "Cap on relative PPL" });
    await field.fill(value);
    await field.press("Tab");
  }

  async action(
    name: "Warn" | "Halve the group's strength" | "Keep the base's group" | "Stop the merge",
  ): Promise<void> {
    await this.choose("Over the cap", name);
  }

  async order(name: "From the bottom" | "From the top"): Promise<void> {
    await this.group.getByText(name, { exact: true }).click();
  }

  async prompts(set: string): Promise<void> {
    await this.choose("Prompts", set);
  }

  /** Measures the recipe stage by stage, writing nothing. */
  async tryOut(): Promise<void> {
    await this.group.getByRole("button", { name: "Try without writing" }).click();
  }

  /** Puts the recipe with what was rolled back into the editor. */
  async useRecipe(): Promise<void> {
    await this.outcome.getByRole("button", { name: "Use this recipe" }).click();
    await expect(this.outcome).toContainText("In the editor");
  }

  private async choose(label: string, option: string): Promise<void> {
    await this.group.getByLabel(label, { exact: true }).click();
    await this.page.getByRole("option", { name: option, exact: true }).click();
  }
}
