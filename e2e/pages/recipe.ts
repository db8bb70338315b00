import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Locator, type Page } from "@playwright/test";
import { dropFiles } from "./dropFiles";

type Choice = "Method" | "Base model" | "Compute type" | "Output type" | "Tokenizer" | "Chat template";

/** The recipe in the middle: text, form, problems, facts. */
export class Recipe {
  constructor(
    private readonly page: Page,
    private readonly folder: string,
  ) {}

  get name(): Locator {
    return this.page.getByRole("textbox", { name: "Name of the merge" });
  }

  get editor(): Locator {
    return this.page.getByRole("textbox", { name: "Recipe text (YAML)" });
  }

  get problems(): Locator {
    return this.page.getByRole("region", { name: "Problems" }).getByRole("listitem");
  }

  /** Marks in the gutter, one per line with a problem. */
  get marks(): Locator {
    return this.page.locator(".cm-lint-marker");
  }

  get status(): Locator {
    return this.page.getByRole("region", { name: "Recipe" }).getByRole("status").first();
  }

  /** Puts a text in the place of what is there. */
  async write(text: string): Promise<void> {
    await this.editor.click();
    await this.page.keyboard.press("Control+A");
    await this.page.evaluate((clip) => navigator.clipboard.writeText(clip), text).catch(() => undefined);
    await this.editor.fill(text);
  }

  /** Drops a text on the window as a file of that name. */
  async drop(name: string, text: string): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    const path = join(this.folder, name);
    writeFileSync(path, text);
    await dropFiles(this.page, path);
  }

  /** A choice of the form. */
  field(label: Choice): Locator {
    const region = label === "Tokenizer" || label === "Chat template" ? "Tokenizer" : "Form";
    return this.page.getByRole("region", { name: region }).getByRole("combobox", { name: label });
  }

  /** The files that a merge would write, opened. */
  async files(): Promise<readonly string[]> {
    await this.page.getByText(/^Files of the output/).click();
    return this.page.getByRole("region", { name: "Facts of the plan" }).getByRole("listitem").allTextContents();
  }

  async choose(label: Choice, option: string): Promise<void> {
    await this.field(label).click();
    await this.page.getByRole("option", { name: option, exact: true }).click();
  }

  removeButton(model: string): Locator {
    return this.page.getByRole("button", { name: `Remove ${model} from the recipe`, exact: true });
  }

  resetButton(parameter: string, model: string): Locator {
    return this.page.getByRole("button", { name: `Back to the default of ${parameter}, ${model}`, exact: true });
  }

  get adder(): Locator {
    return this.page.getByRole("combobox", { name: "Add a model to the recipe" });
  }

  async text(): Promise<string> {
    return (await this.editor.locator(".cm-line").allTextContents()).join("\n");
  }

  /** Waits until the text as it stands has been checked and can be merged; warnings do not matter. */
  async ready(): Promise<void> {
    await expect(this.status).toHaveAttribute("aria-busy", "false");
    await expect(this.page.getByRole("button", { name: "Merge", exact: true })).toBeEnabled();
  }

  slider(parameter: string, model: string): Locator {
    return this.page.getByRole("slider", { name: `${parameter}, ${model}` });
  }

  number(parameter: string, model: string): Locator {
    return this.page.getByRole("textbox", { name: `${parameter}, ${model}` });
  }

  get undoButton(): Locator {
    return this.page.getByRole("button", { name: "Undo" });
  }

  /** Drags a slider's thumb to the right in many small moves, and lets go. */
  async drag(slider: Locator, pixels: number): Promise<void> {
    const { x, y, width, height } = (await slider.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const { mouse } = this.page;
    await mouse.move(x + width / 2, y + height / 2);
    await mouse.down();
    await mouse.move(x + width / 2 + pixels, y + height / 2, { steps: pixels });
    await mouse.up();
  }

  async setWeight(model: string, value: string): Promise<void> {
    const field = this.number("weight", model);
    await field.fill(value);
    await field.press("Enter");
  }

  fact(term: string): Locator {
    return this.page
      .getByRole("region", { name: "Facts of the plan" })
      .locator("div")
      .filter({ has: this.page.getByText(term, { exact: true }) })
      .getByRole("definition");
  }
}
