import { writeFileSync } from "node:fs";
import { seriousFindings } from "./accessibility";
import { goldenReport, taskArithmeticName, taskArithmeticRecipe } from "./goldenReport";
import { CHARTS } from "./pages/charts";
import { expect, test } from "./studio";

const base = goldenReport("llama-base");
const merged = goldenReport(taskArithmeticName("0.5"));
/** A guard measures at every stage, and the machine may have other work. */
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

test("a recipe is measured without being written, its charts are taken along, and live measuring follows the form", async ({
  studio,
}) => {
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

  await studio.measure.live.check();
  for (const model of ["llama-ja", "llama-math"]) await studio.recipe.number("weight", model).fill("1");
  const heavier = goldenReport(taskArithmeticName("1.0"));
  await expect(async () => expectWithin(await studio.measure.value("Perplexity"), heavier.ppl.mixed)).toPass({
    timeout: 120_000,
  });
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
  await studio.compare.askByKeys(prompt, "Control+Enter");
  await expect(studio.run.mergeButton).toBeVisible(); // in this field the keys ask; they do not merge as well
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

test("hidden answers to the prompts of a set are voted on, then shown with their names", async ({ studio }) => {
  await studio.open();
  await studio.recipe.ready();
  await studio.compare.open();
  await studio.compare.model("llama-ja").setChecked(false);
  await studio.compare.model("llama-math").setChecked(false);
  await studio.compare.blind(true);
  await studio.compare.askSet("Samples: sums", "2");
  await studio.compare.done();
  await expect(studio.compare.answers).toHaveCount(4);
  await expect(studio.compare.answer("A")).toHaveCount(2);
  await expect(studio.compare.answer("llama-base")).toHaveCount(0);
  await studio.compare.vote(0, "A is best");
  await studio.compare.vote(1, "Equal");
  await studio.compare.reveal();
  await expect(studio.compare.answer("llama-base")).toHaveCount(2);
  await expect(studio.compare.tally.getByRole("listitem")).toHaveText([/^(llama-base|merge) 1 vote$/, "Equal 1 vote"]);
  const lines = (await studio.compare.export("results.jsonl")).trim().split("\n");
  const votes = lines.map((line) => (JSON.parse(line) as { vote: string }).vote);
  expect([votes.slice(0, 2).sort(), votes.slice(2)]).toEqual([
    ["best", "other"],
    ["tie", "tie"],
  ]);
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

test("a guard that is told to stop says where, and nothing is written", async ({ studio }) => {
  await studio.open();
  await studio.recipe.ready();
  await studio.recipe.write(taskArithmeticRecipe(30));
  await studio.recipe.ready();
  await studio.guard.action("Stop the merge");
  await studio.run.start();
  await expect(studio.run.panel).toContainText("The guard stopped the merge at head", { timeout: GUARDED });
  await expect(studio.guard.outcome).toContainText("Nothing was written");
  await expect(studio.history.results).toHaveText(/not written/);
});

test("two runs stand side by side, and a paused chart stays as it was", async ({ studio }) => {
  test.slow();
  const measured = async (weight: number) => {
    await studio.recipe.write(taskArithmeticRecipe(weight));
    await studio.recipe.ready();
    await studio.measure.start();
    await studio.measure.done();
    return studio.measure.value("Relative to the base");
  };
  const ratios = async () => {
    const rows = await studio.charts.table("Relative perplexity");
    return rows.map((row) => [row.Run, Number(row["Relative PPL"])]);
  };
  await studio.open();
  await studio.recipe.ready();
  const first = await measured(0.5);
  await studio.charts.pin();
  await studio.charts.pause("Relative perplexity");
  const second = await measured(1);
  expect(second).not.toBe(first);
  expect(await ratios()).toEqual([[undefined, first]]);
  await studio.charts.resume("Relative perplexity");
  expect(await ratios()).toEqual([
    ["This run", second],
    ["Compared", first],
  ]);
  await studio.charts.hide("End of text");
  await studio.charts.toggle("End");
  await expect(studio.charts.chart("End of text")).toBeVisible();
});

test("pasted prompts warn of a benchmark, are divided, and come back after a reload", async ({ studio }) => {
  await studio.open();
  await studio.recipe.ready();
  await studio.prompts.open();
  await studio.prompts.paste(
    '{"question": "1 + 1 = ?", "answer": "2\\n#### 2"}\n{"question": "2 + 2 = ?", "answer": "4\\n#### 4"}',
    "sums",
  );
  await studio.prompts.choose("sums");
  await expect(studio.prompts.warning).toContainText("GSM8K");
  await studio.prompts.divide("sums");
  await expect(studio.prompts.set("sums")).toHaveCount(0);
  await expect(studio.prompts.set("sums 2")).toContainText("Held out");
  await studio.prompts.remove("sums 2");
  await studio.reload();
  await expect(studio.prompts.set("sums 1")).toHaveCount(1);
  await expect(studio.prompts.set("sums 2")).toHaveCount(0);
});

/** Within 1e-4 of what was expected, relative to it. */
function expectWithin(found: number, expected: number): void {
  expect(Math.abs(found / expected - 1), `${found} beside ${expected}`).toBeLessThan(1e-4);
}
