import { taskArithmeticRecipe } from "./goldenReport";
import { expect, test } from "./studio";

/** A guard measures at every stage, and the machine may have other work. */
const GUARDED = 180_000;
const OUTDATED = "Of the recipe as it was, not as it stands now.";

test("a merge of which the guard left nothing is called the base, and figures turn pale when the recipe changes", async ({
  studio,
}) => {
  test.slow();
  await studio.open();
  await studio.recipe.ready();
  await studio.recipe.write(taskArithmeticRecipe(30));
  await studio.recipe.ready();
  await studio.recipe.name.fill("../x");
  await studio.guard.cap("1.001");
  await studio.run.start();
  await expect(studio.run.status).toContainText("what was written is the base", { timeout: GUARDED });
  await expect(studio.guard.outcome).toContainText("The result is the base");
  await expect(studio.history.results).toHaveText(/the base, unchanged/);
  await expect(studio.run.panel).not.toContainText(OUTDATED);
  expect(Object.keys(await studio.run.download())).toContain("config.json");

  await studio.recipe.write(taskArithmeticRecipe(0.5));
  await expect(studio.run.status).toContainText(OUTDATED);
  await expect(studio.guard.outcome).toContainText(OUTDATED);
  await expect(studio.charts.region).toContainText(OUTDATED);
});

test("a guarded merge that was cancelled is listed as cut short, without a figure, also after a reload", async ({
  studio,
}) => {
  await studio.open();
  await studio.recipe.ready();
  await studio.guard.promptsUsed("32");
  await studio.run.start();
  await expect(studio.charts.region).toBeVisible({ timeout: GUARDED });
  await expect(studio.charts.chart("Relative perplexity")).not.toContainText("Not measured yet.", { timeout: GUARDED });
  await expect(studio.history.results).toHaveCount(0); // not while it goes on
  await studio.run.cancel();
  await expect(studio.history.results).toHaveText(/cut short/);
  await expect(studio.history.results.locator("data")).toHaveCount(0);
  await studio.reload();
  await expect(studio.history.results).toHaveText(/cut short/);
  await expect(studio.history.results.locator("data")).toHaveCount(0);
});

test("a stack of the samples' layers is known to be looked at as a whole, and is merged", async ({ studio }) => {
  await studio.open();
  await studio.recipe.ready();
  await studio.recipe.write(`merge_method: passthrough
slices:
  - sources: [{model: llama-base, layer_range: [4, 6]}]
  - sources: [{model: llama-base, layer_range: [0, 6]}]
`);
  await studio.recipe.ready();
  await expect(studio.guard.enabled).toBeChecked();
  await expect(studio.guard.limit).toContainText("The merge has 8 layers and llama-base has 6");
  await studio.guard.cap("1.01");
  await studio.run.start();
  await expect(studio.guard.outcome).toContainText("The merge as a whole went over the cap", { timeout: GUARDED });
  expect(Object.keys(await studio.run.download())).toContain("config.json");
});
