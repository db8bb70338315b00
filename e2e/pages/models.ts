import { expect, type Locator, type Page } from "@playwright/test";
import { dropFiles } from "./dropFiles";

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

  /** Sentences on cards of models that could not be opened. */
  get failures(): Locator {
    return this.panel.getByRole("listitem").getByRole("alert");
  }

  actionsButton(name: string): Locator {
    return this.panel.getByRole("button", { name: `Actions for ${name}`, exact: true });
  }

  /** Asks for a model by its id, whatever may come of it. */
  async request(id: string): Promise<void> {
    await this.menu("From the Hugging Face Hub…");
    await this.hubDialog.getByRole("textbox").fill(id);
    await this.page.keyboard.press("Enter");
    await expect(this.hubDialog).toBeHidden();
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

  /** Adds the folder that the picker gives. @param name of the folder */
  async addFolder(name: string): Promise<void> {
    await this.menu("Model folder…");
    await this.ready(name);
  }

  /** Drops folders from the disk on the window, as a person drags them in. */
  async drop(...paths: string[]): Promise<void> {
    for (const path of paths) {
      await dropFiles(this.page, path);
      await this.ready(path.split("/").at(-1) ?? path);
    }
  }

  async remove(name: string): Promise<void> {
    await this.actionsButton(name).click();
    await this.page.getByRole("menuitem", { name: "Remove from the list" }).click();
    await expect(this.card(name)).toHaveCount(0);
  }

  async removeAll(): Promise<void> {
    await expect(this.names.first()).toBeVisible();
    for (const name of await this.names.allTextContents()) await this.remove(name);
  }

  async ready(name: string): Promise<void> {
    await expect(this.card(name)).toContainText(/layers|LoRA/);
  }

  private async menu(item: string): Promise<void> {
    await this.addButton.click();
    await this.menuItem(item).click();
  }
}
