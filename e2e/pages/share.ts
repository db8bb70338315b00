import type { Page } from "@playwright/test";

/** The dialog that gives the link to the recipe. */
export class Share {
  constructor(private readonly page: Page) {}

  /** The link's fragment. */
  async fragment(): Promise<string> {
    await this.page.getByRole("button", { name: "Share", exact: true }).click();
    const field = this.page.getByRole("dialog").getByRole("textbox", { name: "Link" });
    await this.page.waitForFunction(
      (element) => (element as HTMLInputElement | null)?.value.includes("#"),
      await field.elementHandle(),
    );
    const fragment = new URL(await field.inputValue()).hash;
    await this.page.keyboard.press("Escape");
    return fragment;
  }
}
