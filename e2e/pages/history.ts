import { expect, type Locator, type Page } from "@playwright/test";

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

  async showResults(): Promise<void> {
    await this.page.getByRole("region", { name: "History" }).getByText("Results", { exact: true }).click();
  }

  /** Deletes every result from the browser. */
  async removeAll(): Promise<void> {
    for (let left = await this.results.count(); left > 0; left--) {
      await this.results
        .first()
        .getByRole("button", { name: /^Actions/ })
        .click();
      await this.page.getByRole("menuitem", { name: "Delete from this browser" }).click();
      await expect(this.results).toHaveCount(left - 1);
    }
  }

  /** Forgets what was fetched of a model. */
  async evict(name: string): Promise<void> {
    const button = this.storage.getByRole("button", { name: `Remove ${name} from the cache` });
    await button.click();
    await button.waitFor({ state: "detached" });
  }

  get storage(): Locator {
    return this.page.getByRole("region", { name: "History" });
  }
}
