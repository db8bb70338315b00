import { expect, type Locator, type Page } from "@playwright/test";

/** The list of models at the left. */
export class Models {
  constructor(private readonly page: Page) {}

  private get panel() {
    return this.page
      .getByRole("region", { name: "Models" })
      .filter({ has: this.page.getByRole("heading", { level: 2 }) });
  }

  get names() {
    return this.panel.getByRole("button", { name: /^Inspect / });
  }

  get addButton(): Locator {
    return this.page.getByRole("button", { name: "Add model" });
  }

  /** An entry of the menu that `addButton` opens. */
  menuItem(name: string): Locator {
    return this.page.getByRole("menuitem", { name, exact: true });
  }

  get hubDialog(): Locator {
    return this.page.getByRole("dialog", { name: "Add from the Hugging Face Hub" });
  }

  inspectButton(name: string): Locator {
    return this.panel.getByRole("button", { name: `Inspect ${name}`, exact: true });
  }

  inspector(name: string): Locator {
    return this.page.getByRole("dialog", { name });
  }

  card(name: string) {
    return this.panel
      .getByRole("listitem")
      .filter({ has: this.page.getByRole("button", { name: `Inspect ${name}`, exact: true }) });
  }

  async addFromHub(...ids: string[]): Promise<void> {
    for (const id of ids) {
      await this.menu("From the Hugging Face Hub…");
      const dialog = this.hubDialog;
      await dialog.getByRole("textbox").fill(id);
      await dialog.getByRole("button", { name: `Add ${id}`, exact: true }).click();
      await this.ready(id);
      if (await dialog.isVisible()) await this.page.keyboard.press("Escape");
    }
  }

  async addSample(name: string): Promise<void> {
    await this.menu(name);
    await this.ready(name);
  }

  /** Drops folders from the disk on the window, as a person drags them in. */
  async drop(...paths: string[]): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page);
    for (const path of paths) {
      const data = { items: [], files: [path], dragOperationsMask: 1 };
      for (const type of ["dragEnter", "dragOver", "drop"] as const) {
        await session.send("Input.dispatchDragEvent", { type, x: 400, y: 400, data });
      }
      await this.ready(path.split("/").at(-1) ?? path);
    }
    await session.detach();
  }

  async remove(name: string): Promise<void> {
    await this.panel.getByRole("button", { name: `Actions for ${name}`, exact: true }).click();
    await this.page.getByRole("menuitem", { name: "Remove from the list" }).click();
    await expect(this.card(name)).toHaveCount(0);
  }

  async removeAll(): Promise<void> {
    await expect(this.names.first()).toBeVisible();
    for (const name of await this.names.allTextContents()) await this.remove(name);
  }

  async ready(name: string): Promise<void> {
    await expect(this.card(name)).toContainText(/layers/);
  }

  private async menu(item: string): Promise<void> {
    await this.addButton.click();
    await this.menuItem(item).click();
  }
}
