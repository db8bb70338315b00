import type { Page } from "@playwright/test";
import { english } from "../src/app/i18n/catalogue";
import { atFirst as japanese } from "../src/app/i18n/ja/japanese";
import { encodeShare } from "../src/state/recipe/share";
import { seriousFindings } from "./accessibility";
import { expect, test } from "./studio";

const CATALOGUES = { en: english, ja: japanese };

/** A recipe of two samples, and of two models that have to be looked for. */
const SHARED = `merge_method: linear
models:
  - model: llama-ja
  - model: llama-math
  - model: acme/a
  - model: nowhere
`;

for (const [locale, language] of [
  ["en-US", "en"],
  ["ja-JP", "ja"],
] as const) {
  const t = CATALOGUES[language].messages;
  test.describe(locale, () => {
    test.use({ locale });

    test("nothing serious for axe in any dialog, light or dark", async ({ studio, page }) => {
      await studio.open(await encodeShare({ name: "four", recipe: SHARED }));
      await expect(page.getByRole("button", { name: t.models.inspect("llama-math") })).toBeAttached();
      await look(page, t.review.title);

      await page.getByRole("button", { name: t.models.add }).click();
      await page.getByRole("menuitem", { name: t.models.fromHub }).click();
      await page.getByRole("textbox", { name: t.hub.label }).fill("acme");
      await expect(page.getByRole("list", { name: t.hub.results })).toBeVisible();
      await look(page, t.hub.title);

      await page.getByRole("button", { name: t.models.inspect("llama-math") }).click();
      await expect(page.getByRole("cell", { name: "lm_head.weight" })).toBeAttached();
      await look(page, "llama-math");

      await page.getByRole("button", { name: t.header.share, exact: true }).click();
      await look(page, t.share.title);

      await page.keyboard.press("Control+K");
      await expect(page.getByRole("textbox", { name: t.commands.search })).toBeFocused();
      await look(page, t.header.commands);
    });
  });
}

/** Holds axe against the dialog that is open, in both schemes, and closes it. */
async function look(page: Page, name: string): Promise<void> {
  const dialog = page.getByRole("dialog", { name });
  await expect(dialog).toBeVisible();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", colorScheme);
    expect(await seriousFindings(page, '[role="dialog"]'), `${name}, ${colorScheme}`).toEqual([]);
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
}
