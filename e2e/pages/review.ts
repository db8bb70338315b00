import type { Locator, Page } from "@playwright/test";

/** What a shared link shows before anything happens. */
export class Review {
  constructor(private readonly page: Page) {}

  get dialog(): Locator {
    return this.page.getByRole("dialog");
  }

  /** A model of the recipe, with what is known of it. */
  model(name: string): Locator {
    return this.dialog.getByRole("region", { name: "Models" }).getByRole("listitem").filter({ hasText: name });
  }

  async lookUp(): Promise<void> {
    await this.dialog.getByRole("button", { name: "Look up sizes and licences on the Hub" }).click();
  }

  async close(): Promise<void> {
    await this.page.keyboard.press("Escape");
    await this.dialog.waitFor({ state: "hidden" });
  }

  async accept(): Promise<void> {
    await this.dialog.getByRole("button", { name: "Use this recipe" }).click();
  }
}
