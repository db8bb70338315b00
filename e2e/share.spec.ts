import { deflateRawSync } from "node:zlib";
import { encodeShare } from "../src/state/recipe/share";
import { expect, test } from "./studio";

test("a link carries the recipe; opening it shows what it is and starts nothing", async ({ studio }) => {
  await studio.open();
  await studio.recipe.ready();
  await studio.recipe.setWeight("llama-ja", "0.123");
  await studio.recipe.ready();
  const recipe = await studio.recipe.text();
  const fragment = await studio.share.fragment();
  expect(fragment).toMatch(/^#r=1\./);

  await studio.recipe.setWeight("llama-ja", "0.9");
  await studio.recipe.ready();
  await studio.open(fragment);
  await expect(studio.review.dialog).toContainText("task_arithmetic");
  await expect(studio.review.dialog).toContainText("llama-base");
  await expect(studio.run.lane("Merge")).toHaveCount(0);
  await studio.review.accept();
  await expect.poll(() => studio.recipe.text()).toContain("0.123");
  expect((await studio.recipe.text()).replace(/^# awase:.*\n/m, "")).toBe(recipe.replace(/^# awase:.*\n/m, ""));
});

test("models that are not here tell size and licence before anything of them is fetched", async ({ studio, hub }) => {
  const recipe = "merge_method: linear\nmodels:\n  - model: acme/a\n  - model: acme/none\n";
  await studio.open(await encodeShare({ name: "two", recipe }));
  await studio.review.lookUp();
  await expect(studio.review.model("acme/a")).toContainText(/\d kB · licence apache-2.0/);
  await expect(studio.review.model("acme/none").getByRole("alert")).toContainText("acme/none");
  expect(hub.log.entries("cdn")).toEqual([]);
});

for (const [kind, fragment] of [
  ["cut short", "#r=1.VcrLCsIw"],
  ["of another version", "#r=9.AAAA"],
  ["that is no base64", "#r=1.%00%ff<script>"],
  ["that inflates without end", `#r=1.${bomb()}`],
] as const) {
  test(`a link ${kind} gives a sentence and leaves the studio usable`, async ({ studio }) => {
    await studio.open(fragment);
    await expect(studio.review.dialog).toContainText("This link cannot be opened");
    await studio.review.close();
    await studio.recipe.ready();
  });
}

/** Some megabytes of zeros in a few kilobytes. */
function bomb(): string {
  return deflateRawSync(Buffer.alloc(8_000_000)).toString("base64url");
}
