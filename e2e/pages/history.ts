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
