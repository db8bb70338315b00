import { expect, test } from "./studio";

const COMMENTED = `# half of each, please
merge_method: linear # a soup
models:
  - model: llama-ja
    parameters: {weight: 0.5}
  - model: llama-math
    parameters: {weight: 0.5} # sums
dtype: float32
`;

test("a mistake is shown at its line, says how to mend it, and is gone when mended", async ({ studio, page }) => {
  await studio.open();
  await studio.recipe.ready();
  await studio.recipe.write(COMMENTED.replace("linear", "liner"));
  await expect(studio.recipe.problems).toHaveCount(1);
  await expect(studio.recipe.problems).toContainText("line 2");
  await expect(studio.recipe.problems).toContainText("liner");
  await expect(studio.recipe.marks).toHaveCount(1);
  await expect(studio.run.mergeButton).toBeDisabled();

  await page.getByRole("button", { name: "Go to line 2" }).click();
  await expect(studio.recipe.editor).toBeFocused();
  await studio.recipe.problems.getByRole("button").last().click();
  await studio.recipe.ready();
  expect(await studio.recipe.text()).toBe(COMMENTED);
  await expect(studio.recipe.marks).toHaveCount(0);
});

test("the form and the text are two views of one recipe; comments survive, and undo takes steps back", async ({
  studio,
  page,
}) => {
  await studio.open();
  await studio.recipe.ready();
  await studio.recipe.write(COMMENTED);
  await studio.recipe.ready();
  await studio.recipe.setWeight("llama-math", "0.8");
  await studio.recipe.ready();
  const edited = COMMENTED.replace("{weight: 0.5} # sums", "{weight: 0.8} # sums");
  expect((await studio.recipe.text()).replace(/\s+\}/g, "}").replace(/\{\s+/g, "{")).toBe(edited);

  await studio.recipe.undoButton.click();
  await expect.poll(() => studio.recipe.text()).toBe(COMMENTED);
  await page.getByRole("button", { name: "Redo" }).click();
  await expect.poll(() => studio.recipe.text()).toContain("0.8");
});

test("a drag of a slider is one step to undo, however many values it passed", async ({ studio }) => {
  await studio.open();
  await studio.recipe.ready();
  const before = await studio.recipe.text();
  await expect(studio.recipe.undoButton).toBeDisabled();
  await studio.recipe.drag(studio.recipe.slider("weight", "llama-ja"), 40);
  await expect.poll(() => studio.recipe.text()).not.toBe(before);
  await studio.recipe.undoButton.click();
  await expect.poll(() => studio.recipe.text()).toBe(before);
  await expect(studio.recipe.undoButton).toBeDisabled();
});

test("what cannot be merged is said on its line", async ({ studio }) => {
  await studio.open();
  await studio.recipe.ready();
  await studio.recipe.write(`${COMMENTED}tokenizer: {source: union, tokens: {7: {source: llama-ja}}}\n`);
  await expect(studio.recipe.problems.filter({ hasText: "line 9" })).toContainText(/token/);
  await expect(studio.run.mergeButton).toBeDisabled();
});

test("Undo takes back what the form did, in whichever field the focus is", async ({ studio, page }) => {
  await studio.open();
  await studio.recipe.ready();
  const { recipe } = studio;
  const before = await recipe.text();

  const weight = recipe.number("weight", "llama-ja");
  await weight.fill("0.8");
  await expect.poll(() => recipe.text()).toContain("weight: 0.8");
  await page.keyboard.press("Control+Z");
  await expect.poll(() => recipe.text()).toBe(before);
  await expect(weight).toHaveValue("0.5");
  await page.keyboard.press("Control+Y");
  await expect(weight).toHaveValue("0.8");
  await page.keyboard.press("Control+Z");

  await recipe.choose("Output type", "float16");
  await expect.poll(() => recipe.text()).toContain("out_dtype: float16");
  await page.keyboard.press("Control+Z");
  await expect.poll(() => recipe.text()).toBe(before);
});

test("a dropped recipe is opened, and its mistakes are mended where they are, however its lines end", async ({
  studio,
}) => {
  await studio.open();
  await studio.recipe.ready();
  await studio.recipe.drop("windows.yaml", COMMENTED.replace("linear", "liner").replaceAll("\n", "\r\n"));
  await expect(studio.recipe.problems).toContainText("line 2");
  await expect(studio.recipe.name).toHaveValue("windows");
  await studio.recipe.problems.getByRole("button").last().click();
  await studio.recipe.ready();
  expect(await studio.recipe.text()).toBe(COMMENTED);
});

test("an empty recipe is begun in the form, from a choice of method", async ({ studio }) => {
  await studio.open();
  await studio.recipe.ready();
  await studio.recipe.write("");
  await studio.recipe.choose("Method", "Linear");
  for (const model of ["llama-ja", "llama-math"]) {
    await studio.recipe.adder.click();
    await studio.page.getByRole("option", { name: model, exact: true }).click();
  }
  await studio.recipe.setWeight("llama-ja", "0.6");
  await studio.recipe.setWeight("llama-math", "0.4");
  await studio.recipe.ready();
});

test("the form says what a method and its parameters do, in the language of the page", async ({ studio, page }) => {
  await studio.open();
  await expect(page.getByText("Adds what each model learned to the base.")).toBeVisible();
  await page
    .getByRole("button", { name: /^weight: / })
    .first()
    .hover();
  await expect(page.getByRole("tooltip")).toContainText("How much this model counts");
  await page.getByText("日本語").click();
  await expect(page.getByText("各モデルが学んだ差分をベースに足します。")).toBeVisible();
});
