import { join } from "node:path";
import { seriousFindings } from "./accessibility";
import { expect, test } from "./studio";

/** `UPDATE_SCREENSHOTS=1 npm test -- page e2e` renews the picture in the README. */
const README_PICTURE = join(import.meta.dirname, "../docs/studio.png");

const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } } as const;
const WORDS = { "en-US": "Merge", "ja-JP": "マージ" } as const;

for (const locale of ["en-US", "ja-JP"] as const) {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      test.describe(`${locale}, ${colorScheme}, ${size}`, () => {
        test.use({ locale, colorScheme, viewport });

        test("nothing serious for axe, nothing cut off", async ({ studio, page }, info) => {
          await studio.open();
          await expect(page.locator("html")).toHaveAttribute("lang", locale.slice(0, 2));
          await expect(page.getByText("llama-math").first()).toBeAttached();
          expect(await seriousFindings(page)).toEqual([]);
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          expect(overflow).toBeLessThanOrEqual(0);
          await page.screenshot({ path: info.outputPath("studio.png") });
        });
      });
    }
  }
}

test.describe("the picture in the README", () => {
  test.use({ viewport: SIZES.wide, colorScheme: "light", locale: "en-US" });

  test("shows the studio after a first merge", async ({ studio, page }, info) => {
    await studio.open();
    await studio.recipe.ready();
    await studio.run.start();
    await studio.run.done();
    const path = process.env.UPDATE_SCREENSHOTS ? README_PICTURE : info.outputPath("studio.png");
    await page.screenshot({ path });
  });
});

test("the language changes every word at once", async ({ studio, page }) => {
  await studio.open();
  await expect(page.getByRole("button", { name: WORDS["en-US"], exact: true })).toBeVisible();
  await page.getByText("日本語").click();
  await expect(page.getByRole("button", { name: WORDS["ja-JP"], exact: true })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "ja");
});
