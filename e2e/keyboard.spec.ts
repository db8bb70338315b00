import { expect, test } from "./studio";

test("everything can be done from the keyboard: add, edit, merge, inspect, share", async ({ studio, page }) => {
  await studio.open();
  await studio.recipe.ready();
  const { keyboard, models, recipe, run, share } = studio;

  await keyboard.press(models.addButton);
  await keyboard.choose(models.menuItem("From the Hugging Face Hub…"));
  await expect(models.hubDialog.getByRole("textbox")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(models.addButton).toBeFocused();

  await keyboard.press(models.addButton);
  await keyboard.choose(models.menuItem("gemma-donor"));
  await models.ready("gemma-donor");

  await keyboard.goTo(recipe.slider("weight", "llama-ja"));
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => recipe.text()).toContain("weight: 0.52");
  await keyboard.type(recipe.number("weight", "llama-math"), "0.7");
  await expect.poll(() => recipe.text()).toContain("weight: 0.7");
  await recipe.ready();

  await keyboard.press(run.mergeButton);
  await run.done();

  const opener = models.inspectButton("llama-math");
  await keyboard.press(opener);
  await expect(models.inspector("llama-math")).toBeVisible();
  await keyboard.type(models.inspector("llama-math").getByRole("textbox"), "lm_head");
  await expect(models.inspector("llama-math").getByRole("cell", { name: "lm_head.weight" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(models.inspector("llama-math")).toBeHidden();
  await expect(opener).toBeFocused();

  await keyboard.press(share.button);
  await expect(share.link).toHaveValue(/#r=1\./);
  await page.keyboard.press("Escape");
  await expect(share.dialog).toBeHidden();
  await expect(share.button).toBeFocused();
});

test("the focus stays where it was when what had it goes away", async ({ studio, page }) => {
  await studio.open();
  await studio.recipe.ready();
  const { models, recipe, run, guard } = studio;
  await guard.set(false);

  await recipe.resetButton("weight", "llama-ja").focus();
  await page.keyboard.press("Enter");
  await expect(recipe.resetButton("weight", "llama-ja")).toHaveCount(0);
  // What stands there now: the name of the next parameter, which tells what it means.
  await expect(page.getByRole("button", { name: /^density: / }).first()).toBeFocused();

  await recipe.removeButton("llama-ja").focus();
  await page.keyboard.press("Enter");
  await expect(recipe.removeButton("llama-math")).toBeFocused();
  await page.keyboard.press("Control+Z");
  await page.keyboard.press("Control+Z");
  await recipe.ready();

  await run.mergeButton.focus();
  await page.keyboard.press("Enter");
  await expect(run.cancelButton).toBeFocused();
  await run.done();
  await expect(run.mergeButton).toBeFocused();

  await models.actionsButton("llama-base").focus();
  await page.keyboard.press("Enter");
  await studio.keyboard.choose(models.menuItem("Remove from the list"));
  await expect(models.card("llama-base")).toHaveCount(0);
  await expect(models.actionsButton("llama-ja")).toBeFocused();
});

test("shortcuts do nothing behind an open dialog", async ({ studio, page }) => {
  await studio.open();
  await studio.recipe.ready();
  await studio.share.button.click();
  await expect(studio.share.link).toHaveValue(/#r=1\./);
  await page.keyboard.press("Control+Enter");
  await page.keyboard.press("Escape");
  await expect(studio.share.dialog).toBeHidden();
  await expect(studio.run.mergeButton).toBeVisible();
});
