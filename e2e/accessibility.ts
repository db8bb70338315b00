import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

/** What axe finds serious or worse in the page as it stands, or in one part of it, each with its elements. */
export async function seriousFindings(page: Page, part = "html"): Promise<string[]> {
  await still(page);
  const { violations } = await new AxeBuilder({ page }).include(part).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/** Waits until colours have stopped to change: half-way from one to another, no contrast is the page's own. */
async function still(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise(requestAnimationFrame); // what has just been changed begins to move with the next frame
    const passing = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(passing.map(({ finished }) => finished));
  });
}
