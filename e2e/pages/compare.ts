import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Locator, type Page } from "@playwright/test";

/** Answers side by side, in the panel below. */
export class Compare {
  constructor(
    private readonly page: Page,
    private readonly downloads: string,
  ) {}

  get panel(): Locator {
    return this.page.getByRole("region", { name: "Compare", exact: true });
  }

  /** Shows the panel; on a narrow screen it is a room of its own. */
  async open(): Promise<void> {
    const room = this.page.getByRole("navigation").getByRole("button", { name: "Compare" });
    if (await room.isVisible()) await room.click();
    else await this.page.getByRole("radiogroup", { name: "Lower panel" }).getByText("Compare", { exact: true }).click();
    await this.panel.getByRole("textbox", { name: "Prompt", exact: true }).waitFor();
  }

  /** Which models answer; "merge" is the recipe as it stands. */
  model(name: string): Locator {
    return this.panel.getByRole("group", { name: "Models" }).getByRole("checkbox", { name, exact: true });
  }

  /** The answers to all prompts asked, in the order of the screen. */
  get answers(): Locator {
    return this.panel.getByRole("article");
  }

  /** By the name shown: a model's, "merge", or a letter while names are hidden. */
  answer(name: string): Locator {
    return this.panel.getByRole("article", { name: `Answer of ${name}`, exact: true });
  }

  /** How an answer ended: "ended by <|endoftext|>", "cut at the limit", … */
  ending(name: string): Locator {
    return this.answer(name).getByRole("status");
  }

  /** Types a prompt and sends it with the keyboard. */
  async askByKeys(prompt: string, keys: "Enter" | "Control+Enter"): Promise<void> {
    const field = this.panel.getByRole("textbox", { name: "Prompt", exact: true });
    await field.fill(prompt);
    await field.press(keys);
  }

  /** Asks the first prompts of a set. */
  async askSet(set: string, prompts: string): Promise<void> {
    await this.panel.getByLabel("From a prompt set", { exact: true }).click();
    await this.page.getByRole("option", { name: set, exact: true }).click();
    await this.panel.getByRole("textbox", { name: "Prompts", exact: true }).fill(prompts);
    await this.panel.getByRole("button", { name: "Ask", exact: true }).click();
  }

  /** Begins to count the different texts that answers show; the function it gives tells how many there were. */
  async watchWriting(): Promise<() => Promise<number>> {
    const seen = await this.page.evaluateHandle(() => {
      const texts = new Set<string>();
      const look = () => {
        for (const text of document.querySelectorAll("article [data-writing]")) {
          const { textContent: written } = text;
          if (written) texts.add(`${text.closest("article")?.getAttribute("aria-label")}: ${written}`);
        }
      };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
      return texts;
    });
    return () => seen.evaluate((texts) => texts.size);
  }

  /** Waits until everything has been answered. */
  async done(timeout = 120_000): Promise<void> {
    await expect(this.panel.getByRole("button", { name: "Ask", exact: true })).toBeVisible({ timeout });
  }

  async blind(on: boolean): Promise<void> {
    await this.panel.getByRole("checkbox", { name: "Blind" }).setChecked(on);
  }

  /** Votes on the n-th prompt, from 0. */
  async vote(prompt: number, name: string): Promise<void> {
    await this.panel
      .getByRole("group", { name: "Votes" })
      .nth(prompt)
      .getByRole("button", { name, exact: true })
      .click();
  }

  async reveal(): Promise<void> {
    await this.panel.getByRole("button", { name: "Reveal" }).click();
  }

  get tally(): Locator {
    return this.panel.getByRole("list", { name: "Tally" });
  }

  /** Downloads what was asked and answered, as text. */
  async export(as: "results.jsonl" | "results.md"): Promise<string> {
    await this.panel.getByRole("button", { name: "Export", exact: true }).click();
    const [download] = await Promise.all([
      this.page.waitForEvent("download"),
      this.page.getByRole("menuitem", { name: as }).click(),
    ]);
    const path = join(this.downloads, download.suggestedFilename());
    await download.saveAs(path);
    return readFileSync(path, "utf8");
  }
}
