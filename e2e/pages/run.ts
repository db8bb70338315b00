import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Locator, type Page } from "@playwright/test";
import { unzipSync } from "fflate";

/** The run panel at the right. */
export class Run {
  constructor(
    private readonly page: Page,
    private readonly downloads: string,
  ) {}

  get panel(): Locator {
    return this.page.getByRole("region", { name: "Run", exact: true });
  }

  private get panelInAnyLanguage(): Locator {
    return this.page.getByRole("region", { name: /^(Run|実行)$/ });
  }

  get mergeButton(): Locator {
    return this.panel.getByRole("button", { name: "Merge", exact: true });
  }

  get status(): Locator {
    return this.panel.getByRole("status");
  }

  get unfinished(): Locator {
    return this.panel.getByRole("list", { name: "Cut short" }).getByRole("listitem");
  }

  lane(name: "Fetch" | "Merge" | "Write"): Locator {
    return this.panel.getByRole("progressbar", { name });
  }

  async start(): Promise<void> {
    await this.mergeButton.click();
  }

  /** Chooses what computes, and waits until it does. */
  async computeOn(device: "WebGPU" | "All cores" | "TypeScript"): Promise<void> {
    await this.panel.getByRole("combobox", { name: "Compute on" }).click();
    await this.page.getByRole("option", { name: device, exact: true }).click();
    const name = { WebGPU: /swiftshader/i, "All cores": /WebAssembly, \d+ threads?/, TypeScript: "TypeScript" }[device];
    await expect(this.panel.getByText(name).first()).toBeVisible();
  }

  async writeToFolder(): Promise<void> {
    await this.panel.getByText("A folder", { exact: true }).click();
  }

  /** @param bytes of tensor data per file */
  async setShardSize(bytes: number): Promise<void> {
    const field = this.panel.getByRole("textbox", { name: "Size of a file" });
    await field.fill(String(bytes / 1e9));
    await field.press("Tab");
  }

  get cancelButton(): Locator {
    return this.panel.getByRole("button", { name: "Cancel" });
  }

  async cancel(): Promise<void> {
    await this.cancelButton.click();
  }

  /** Waits for the end of the run; a failure is told with its sentence. */
  async done(timeout = 120_000): Promise<void> {
    await expect(this.status).not.toBeEmpty({ timeout });
    await expect(this.panel).toContainText(/Merged \d+ tensors/, { timeout: 1 });
  }

  async goOn(): Promise<void> {
    await this.unfinished.getByRole("button", { name: "Go on" }).click();
  }

  get startAgainButton(): Locator {
    return this.unfinished.getByRole("button", { name: "Start again" });
  }

  async startAgain(): Promise<void> {
    await this.startAgainButton.click();
    await expect(this.startAgainButton).toHaveCount(0); // it is at work
  }

  /** Why the last run failed. */
  get failure(): Locator {
    return this.panelInAnyLanguage.getByRole("alert");
  }

  /** Waits until some tensors are done, but not all. */
  async underWay(): Promise<void> {
    await expect(this.panel).toContainText(/[1-9]\d* of \d+ tensors/);
  }

  /** Waits for the end, and tells the sha256 of the one file of weights. */
  async weightsHash(): Promise<string | undefined> {
    await this.done();
    const hash = (await this.hashes())["model.safetensors"];
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    return hash;
  }

  /** sha256 of each file as the result card shows it. */
  async hashes(): Promise<Record<string, string>> {
    const items = this.panel
      .getByRole("listitem")
      .filter({ has: this.page.getByRole("button", { name: /^Copy the sha256/ }) });
    await expect(items).not.toHaveCount(0);
    const pairs = await items.evaluateAll((elements) =>
      elements.map((element) => [
        element.querySelector("[title]")?.getAttribute("title") ?? "",
        element.querySelector("code")?.getAttribute("title") ?? "",
      ]),
    );
    return Object.fromEntries(pairs);
  }

  /** Downloads the result and opens the zip: files by path below the model's folder. */
  async download(): Promise<Record<string, Uint8Array>> {
    const [download] = await Promise.all([
      this.page.waitForEvent("download"),
      this.panel.getByRole("button", { name: "Download zip" }).click(),
    ]);
    const path = join(this.downloads, download.suggestedFilename());
    await download.saveAs(path);
    const entries = Object.entries(unzipSync(readFileSync(path)));
    return Object.fromEntries(entries.map(([name, bytes]) => [name.split("/").slice(1).join("/") || name, bytes]));
  }
}
