import { expect, type Locator, type Page } from "@playwright/test";

export type Measured =
  | "Perplexity"
  | "Relative to the base"
  | "KL with the base"
  | "KL, 99 % of tokens below"
  | "Same likeliest token"
  | "Right choices"
  | "Right answers";

/** The button beside Merge that writes nothing, and its figures. */
export class Measure {
  constructor(private readonly page: Page) {}

  get button(): Locator {
    return this.page.getByRole("button", { name: "Measure", exact: true });
  }

  get live(): Locator {
    return this.page.getByRole("checkbox", { name: "Measure again after each change of the recipe" });
  }

  /** The figures of the last measurement; busy while one runs. */
  get results(): Locator {
    return this.page.getByRole("region", { name: "Measured", exact: true });
  }

  async start(): Promise<void> {
    await this.button.click();
  }

  async cancel(): Promise<void> {
    await this.page.getByRole("button", { name: "Stop measuring" }).click();
  }

  /** Waits until nothing is being measured and there are figures. */
  async done(timeout = 120_000): Promise<void> {
    await expect(this.results).toHaveAttribute("aria-busy", "false", { timeout });
  }

  /** Why it could not be measured. @param code of the error */
  failure(code: string): Locator {
    return this.results.locator(`[role="alert"][data-code="${code}"]`);
  }

  /** A figure of one set (the first unless named), in full precision. */
  async value(name: Measured, set?: string): Promise<number> {
    const groups = this.results.getByRole("group");
    const group = set === undefined ? groups.first() : this.results.getByRole("group", { name: set, exact: true });
    const figure = group
      .locator("div")
      .filter({ has: this.page.getByText(name, { exact: true }) })
      .locator("data")
      .first();
    return Number(await figure.getAttribute("value"));
  }
}
