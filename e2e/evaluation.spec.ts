import { writeFileSync } from "node:fs";
import { seriousFindings } from "./accessibility";
import { goldenReport, taskArithmeticName, taskArithmeticRecipe } from "./goldenReport";
import { CHARTS } from "./pages/charts";
import { expect, test } from "./studio";

const base = goldenReport("llama-base");
const merged = goldenReport(taskArithmeticName("0.5"));
/** A guard measures at every stage, and a software GPU may have other work. */
const GUARDED = 180_000;
const ratio = merged.ppl.mixed / base.ppl.mixed;

test("a watched merge of the samples ends at transformers' numbers", async ({ studio, page }) => {
  test.slow();
  await studio.open();
  await studio.recipe.ready();
  await studio.recipe.write(taskArithmeticRecipe(0.5));
  await studio.recipe.ready();
  await expect(studio.guard.enabled).toBeChecked();
  await studio.guard.promptsUsed("32"); // all of the set
  await studio.run.start();
  await studio.run.done(GUARDED);
  await expect(studio.guard.changes).toHaveCount(0);

  const perplexity = await studio.charts.table("Relative perplexity");
  expect(perplexity.map(({ Verdict }) => Verdict)).toEqual(perplexity.map(() => "kept"));
  expectWithin(Number(perplexity.at(-1)?.["Relative PPL"]), ratio);
  expectWithin(Number(perplexity.at(-1)?.Perplexity), merged.ppl.mixed);
  const divergence = await studio.charts.table("KL with the base");
  expect(Math.abs(Number(divergence.at(-1)?.["KL, mean"]) - merged.kl_sym_tail8.mixed)).toBeLessThan(1e-4);
  const prompts = await studio.charts.table("Perplexity by prompt");
  expect(prompts).toHaveLength(32);

  for (const name of CHARTS) await expect(studio.charts.chart(name)).toBeVisible();
  expect(await seriousFindings(page)).toEqual([]);
});

test("a recipe that breaks the model is caught and rolled back, and the chart shows where", async ({ studio }) => {
  test.slow();
  await studio.open();
  await studio.recipe.ready();
  await studio.recipe.write(taskArithmeticRecipe(30));
  await studio.recipe.ready();
  await studio.guard.tryOut();
  await expect(studio.guard.outcome).toBeVisible({ timeout: GUARDED });

  const stages = await studio.charts.table("Relative perplexity");
  const rolledBack = stages.filter(({ Verdict }) => Verdict === "rolled back");
  expect(rolledBack.length).toBeGreaterThan(0);
  await expect(studio.guard.changes).toHaveCount(rolledBack.length);
  for (const { Group, "Relative PPL": relative } of rolledBack) {
    expect(Number(relative)).toBeGreaterThan(2);
    await expect(studio.guard.changes.filter({ hasText: Group ?? "" })).toContainText("kept from the base");
  }

  await studio.guard.useRecipe();
  await studio.recipe.ready();
  await studio.measure.start();
  await studio.measure.done();
  expect(await studio.measure.value("Relative to the base")).toBeLessThanOrEqual(2);
});

test("a recipe is measured without being written, and its charts are taken along", async ({ studio }) => {
  await studio.open();
  await studio.recipe.ready();
  await studio.recipe.write(taskArithmeticRecipe(0.5));
  await studio.recipe.ready();
  await studio.measure.start();
  await studio.measure.done();
  expectWithin(await studio.measure.value("Perplexity"), merged.ppl.mixed);
  expectWithin(await studio.measure.value("Relative to the base"), ratio);
  expect(Math.abs((await studio.measure.value("KL with the base")) - merged.kl_sym_tail8.mixed)).toBeLessThan(1e-4);
  await expect(studio.history.results).toHaveCount(1);
  await expect(studio.history.results).toContainText("not written");

  const table = await studio.charts.export("Perplexity by prompt", "Table (CSV)");
  expect(new TextDecoder().decode(table.bytes).trim().split("\r\n")).toHaveLength(33);
  const picture = await studio.charts.export("Perplexity by prompt", "Image (PNG)");
  expect([...picture.bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
});

test("base, parents and a merge nobody saved answer side by side, token by token", async ({ studio, page }) => {
  await studio.open();
  await studio.recipe.ready();
  await studio.recipe.write(taskArithmeticRecipe(0.5));
  await studio.recipe.ready();
  await studio.compare.open();
  await studio.compare.model("llama-math").setChecked(false);
  const answers = {
    "llama-base": base.greedy.ja[0],
    "llama-ja": goldenReport("llama-ja").greedy.ja[0],
    merge: merged.greedy.ja[0],
  };
  const prompt = answers.merge?.prompt ?? "";
  const partial = await studio.compare.watchWriting();
  await studio.compare.ask(prompt);
  await studio.compare.done();
  for (const [name, answer] of Object.entries(answers)) {
    await expect(studio.compare.answer(name)).toContainText(answer?.text ?? "");
    await expect(studio.compare.ending(name)).toContainText("ended by");
  }
  expect(await partial()).toBeGreaterThan(3); // more states than answers: they came in parts
  expect(await seriousFindings(page)).toEqual([]);

  const lines = (await studio.compare.export("results.jsonl")).trim().split("\n");
  expect(lines.map((line) => JSON.parse(line) as { prompt: string })).toEqual(
    lines.map(() => expect.objectContaining({ prompt, sampling: "greedy", ended: "stop" })),
  );
  expect(lines).toHaveLength(3);
  expect(await studio.compare.export("results.md")).toContain(answers.merge?.text);
});

test("dropped prompts become a set, and lines that are none are named", async ({ studio, page }, info) => {
  const path = info.outputPath("mine.jsonl");
  writeFileSync(path, '{"text": "5 - 0 = 5"}\n{"prompt": "2 + 20 =", "answer": "22"}\n{"title": "no"}\nnot JSON\n');
  await studio.open();
  await studio.recipe.ready();
  await studio.prompts.open();
  await studio.prompts.drop(path);
  await studio.prompts.choose("mine.jsonl");
  await expect(studio.prompts.problems).toHaveCount(2);
  await expect(studio.prompts.problems.first()).toContainText("3");
  await expect(studio.prompts.set("mine.jsonl")).toContainText("2");
  expect(await seriousFindings(page)).toEqual([]);
});

/** Within 1e-4 of what was expected, relative to it. */
function expectWithin(found: number, expected: number): void {
  expect(Math.abs(found / expected - 1), `${found} beside ${expected}`).toBeLessThan(1e-4);
}
