import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Studio, test } from "./studio";

const SAMPLE = join(import.meta.dirname, "../public/samples/llama-base");
const only = (model: string) => `merge_method: linear\nmodels: [{model: ${model}, parameters: {weight: 1}}]\n`;

/** Pastes prompts and chooses them, and nothing else, to measure with. */
async function measureWith(studio: Studio, text: string, name: string): Promise<void> {
  await studio.prompts.open();
  await studio.prompts.paste(text, name);
  await studio.prompts.measureWithOnly(name);
}

test("a tokenizer that would run without end is stopped with a sentence, and the page answers all the while", async ({
  studio,
}, info) => {
  const folder = info.outputPath("hostile");
  mkdirSync(info.outputDir, { recursive: true });
  cpSync(SAMPLE, folder, { recursive: true });
  const path = join(folder, "tokenizer.json");
  const tokenizer = JSON.parse(readFileSync(path, "utf8"));
  const split = { type: "Split", pattern: { Regex: "(a+)+b" }, behavior: "Isolated", invert: false };
  writeFileSync(path, JSON.stringify({ ...tokenizer, pre_tokenizer: split }));

  await studio.openEmpty();
  await studio.models.drop(folder);
  await studio.recipe.write(only("hostile"));
  await studio.recipe.ready();
  await measureWith(studio, `${"a".repeat(90_000)}\n`, "long");
  await studio.measure.start();
  await studio.recipe.name.fill("typed while it is at work");
  await expect(studio.recipe.name).toHaveValue("typed while it is at work");
  await expect(studio.measure.failure("tokenizer/too-much")).toContainText("90000 characters", { timeout: 120_000 });
  await studio.recipe.write(only("hostile").replace("1}", "0.5}"));
  await studio.recipe.ready();
});

test("one fault of many prompts is one sentence with its lines, in the person's language", async ({ studio }, info) => {
  const path = info.outputPath("notes.json");
  mkdirSync(info.outputDir, { recursive: true });
  const records = Array.from({ length: 40 }, (_, at) => (at % 4 === 1 ? { text: null } : { text: `5 - 0 = ${at}` }));
  writeFileSync(path, JSON.stringify([...records, { text: "" }], undefined, 1));
  await studio.open();
  await studio.recipe.ready();
  await studio.prompts.open();
  await studio.prompts.drop(path);
  await studio.prompts.choose("notes.json");
  await expect(studio.prompts.set("notes.json")).toContainText("30");
  await expect(studio.prompts.problems).toHaveCount(2);
  await expect(studio.prompts.problems.first()).toContainText(/10.*null/);
  await expect(studio.prompts.problems.last()).toContainText("empty");
  await studio.speak("日本語");
  await expect(studio.prompts.problemsInJapanese.first()).toContainText(/nullです/);
});

test("of one prompt no error is told, and nowhere NaN", async ({ studio }) => {
  await studio.open();
  await studio.recipe.ready();
  await measureWith(studio, "5 - 0 = 5\n", "one");
  await studio.measure.start();
  await studio.measure.done();
  expect(await studio.measure.value("Relative to the base")).toBeGreaterThan(0);
  await expect(studio.measure.results).not.toContainText(/±|NaN/);
  await expect(studio.charts.region).not.toContainText("NaN");
  const [row] = await studio.charts.table("Relative perplexity");
  expect(row).toMatchObject({ "SE of ln": "" });
  const { bytes } = await studio.charts.export("Relative perplexity", "Table (CSV)");
  expect(new TextDecoder().decode(bytes)).not.toContain("NaN");
});
