import { expect, type Locator, type Page } from "@playwright/test";

/** Presses of Tab after which something is said to be out of reach: more than the studio has stops. */
const MOST_STOPS = 150;

/** Somebody who uses nothing but the keyboard. */
export class Keyboard {
  constructor(private readonly page: Page) {}

  /** Walks with Tab until the focus is there. */
  async goTo(target: Locator): Promise<void> {
    await expect(target).toBeVisible();
    for (let stops = 0; stops < MOST_STOPS; stops++) {
      if (await this.isAt(target)) return;
      await this.page.keyboard.press("Tab");
    }
    throw new Error(`Tab does not lead to ${target} within ${MOST_STOPS} stops.`);
  }

  /** Walks there and presses Enter. */
  async press(target: Locator): Promise<void> {
    await this.goTo(target);
    await this.page.keyboard.press("Enter");
  }

  /** Walks down an open menu, and chooses. */
  async choose(item: Locator): Promise<void> {
    await expect(item).toBeVisible();
    await expect(async () => {
      await this.page.keyboard.press("ArrowDown");
      expect(await this.isAt(item)).toBe(true);
    }).toPass({ intervals: [0] });
    await this.page.keyboard.press("Enter");
  }

  async type(target: Locator, text: string): Promise<void> {
    await this.goTo(target);
    await this.page.keyboard.press("Control+A");
    await this.page.keyboard.type(text);
  }

  private isAt(target: Locator): Promise<boolean> {
    return target.evaluate((element) => element === document.activeElement);
  }
}
