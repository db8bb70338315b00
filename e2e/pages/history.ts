import type { Locator, Page } from "@playwright/test";

/** Finished merges and the storage, below. */
export class History {
  constructor(private readonly page: Page) {}

  get results(): Locator {
    return this.page
      .getByRole("table", { name: "Results" })
      .getByRole("row")
      .filter({ has: this.page.getByRole("cell") });
  }

  async showStorage(): Promise<void> {
    await this.page.getByRole("region", { name: "History" }).getByText("Storage", { exact: true }).click();
  }

  get storage(): Locator {
    return this.page.getByRole("region", { name: "History" });
  }
}
