import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Locator, type Page } from "@playwright/test";

export const CHARTS = [
  "Relative perplexity",
  "KL with the base",
  "Perplexity by prompt",
  "End of text",
  "Norm drift by layer",
] as const;
export type ChartName = (typeof CHARTS)[number];

/** The charts in the run panel. */
export class Charts {
  constructor(
    private readonly page: Page,
    private readonly downloads: string,
  ) {}

  get region(): Locator {
    return this.page.getByRole("region", { name: "Charts", exact: true });
  }

  chart(name: ChartName): Locator {
    return this.region.getByRole("figure", { name, exact: true });
  }

  /** Cells of a chart's table by column, `<data>` in full precision. The chart is turned into its table and back. */
  async table(name: ChartName): Promise<Record<string, string>[]> {
    const toggle = this.chart(name).getByRole("button", { name: `Read as a table: ${name}` });
    await toggle.click();
    const table = this.chart(name).getByRole("table", { name });
    await expect(table).toBeVisible();
    const rows = await table.evaluate((element) => {
      const cells = (row: Element) =>
        [...row.children].map((cell) => cell.querySelector("data")?.value ?? cell.textContent ?? "");
      const [head, ...body] = [...element.querySelectorAll("tr")].map(cells);
      return body.map((row) => Object.fromEntries((head ?? []).map((column, at) => [column, row[at] ?? ""])));
    });
    await toggle.click();
    return rows;
  }

  async pause(name: ChartName): Promise<void> {
    await this.chart(name)
      .getByRole("button", { name: `Pause: ${name}` })
      .click();
  }

  async resume(name: ChartName): Promise<void> {
    await this.chart(name)
      .getByRole("button", { name: `Go on: ${name}` })
      .click();
  }

  async hide(name: ChartName): Promise<void> {
    await this.chart(name)
      .getByRole("button", { name: `Hide: ${name}` })
      .click();
    await expect(this.chart(name)).toHaveCount(0);
  }

  /** Brings a hidden chart back, or hides it. */
  async toggle(shortName: "PPL" | "KL" | "Prompts" | "End" | "Drift"): Promise<void> {
    await this.region.getByRole("button", { name: shortName, exact: true }).click();
  }

  /** Downloads a chart's table or picture. */
  async export(name: ChartName, as: "Image (PNG)" | "Table (CSV)"): Promise<{ name: string; bytes: Uint8Array }> {
    await this.chart(name)
      .getByRole("button", { name: `Export: ${name}` })
      .click();
    const [download] = await Promise.all([
      this.page.waitForEvent("download"),
      this.page.getByRole("menuitem", { name: as }).click(),
    ]);
    const path = join(this.downloads, download.suggestedFilename());
    await download.saveAs(path);
    return { name: download.suggestedFilename(), bytes: readFileSync(path) };
  }

  async pin(): Promise<void> {
    await this.region.getByRole("button", { name: "Pin this run to compare others with" }).click();
  }
}
