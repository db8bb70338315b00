import { expect, type Locator, type Page } from "@playwright/test";

/** The prompt sets, in the panel below. */
export class Prompts {
  constructor(private readonly page: Page) {}

  get panel(): Locator {
    return this.page.getByRole("region", { name: "Prompt sets", exact: true }).first();
  }

  /** Shows the panel; on a narrow screen from the Compare room. */
  async open(): Promise<void> {
    const room = this.page.getByRole("navigation").getByRole("button", { name: "Compare" });
    if (await room.isVisible()) await room.click();
    await this.page.getByRole("radiogroup", { name: "Lower panel" }).getByText("Prompts", { exact: true }).click();
    await this.sets.first().waitFor(); // the panel's inside is loaded when first shown
  }

  get sets(): Locator {
    return this.panel
      .getByRole("table", { name: "Prompt sets" })
      .getByRole("row")
      .filter({ has: this.page.getByRole("cell") });
  }

  set(name: string): Locator {
    return this.sets.filter({ has: this.page.getByRole("button", { name: `Look at ${name}`, exact: true }) });
  }

  async choose(name: string): Promise<void> {
    await this.panel.getByRole("button", { name: `Look at ${name}`, exact: true }).click();
  }

  /** What is wrong with the lines of the set that is looked at. */
  get problems(): Locator {
    return this.panel.getByRole("list", { name: "Problems" }).getByRole("listitem");
  }

  /** The same while the page speaks Japanese. */
  get problemsInJapanese(): Locator {
    return this.page.getByRole("list", { name: "問題のある行" }).getByRole("listitem");
  }

  /** Measures with this set and no other. */
  async measureWithOnly(name: string): Promise<void> {
    await this.panel.getByRole("checkbox", { name: `Measure with ${name}`, exact: true }).check();
    const used = this.panel.getByRole("checkbox", { name: /^Measure with/, checked: true });
    for (const box of await used.elementHandles()) {
      if ((await box.getAttribute("aria-label")) !== `Measure with ${name}`) await box.uncheck();
    }
  }

  /** The benchmark warning of the set that is looked at. */
  get warning(): Locator {
    return this.panel.getByRole("note");
  }

  async paste(text: string, name = "Pasted"): Promise<void> {
    await this.panel.getByRole("button", { name: "Paste" }).click();
    const dialog = this.page.getByRole("dialog", { name: "Paste prompts" });
    await dialog.getByRole("textbox", { name: "Name" }).fill(name);
    await dialog.getByRole("textbox", { name: /^One prompt a line/ }).fill(text);
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await dialog.waitFor({ state: "hidden" });
    await expect(this.set(name)).toHaveCount(1);
  }

  /** Drops files from the disk on the panel. */
  async drop(...paths: string[]): Promise<void> {
    const box = await this.panel.boundingBox();
    if (!box) throw new Error("The prompt sets are not on the screen.");
    const session = await this.page.context().newCDPSession(this.page);
    const at = { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) };
    for (const type of ["dragEnter", "dragOver", "drop"] as const) {
      await session.send("Input.dispatchDragEvent", {
        type,
        ...at,
        data: { items: [], files: paths, dragOperationsMask: 1 },
      });
    }
    await session.detach();
  }

  /** Divides a set into two, for decisions and for checking them. */
  async divide(name: string): Promise<void> {
    await this.panel.getByRole("button", { name: `Split ${name} into search and held out`, exact: true }).click();
  }

  async remove(name: string): Promise<void> {
    await this.panel.getByRole("button", { name: `Remove ${name}`, exact: true }).click();
    await expect(this.set(name)).toHaveCount(0);
  }
}
