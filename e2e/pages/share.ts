import { expect, type Locator, type Page } from "@playwright/test";

/** The dialog that gives the link to the recipe. */
export class Share {
  constructor(private readonly page: Page) {}

  get button(): Locator {
    return this.page.getByRole("button", { name: "Share", exact: true });
  }

  get dialog(): Locator {
    return this.page.getByRole("dialog", { name: "Share this recipe" });
  }

  get link(): Locator {
    return this.dialog.getByRole("textbox", { name: "Link" });
  }

  /** The link's fragment. */
  async fragment(): Promise<string> {
    await this.button.click();
    await expect(this.link).toHaveValue(/#/);
    const fragment = new URL(await this.link.inputValue()).hash;
    await this.page.keyboard.press("Escape");
    return fragment;
  }
}
