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

test("a link whose models are called as what every object inherits is shown, accepted and survives a reload", async ({
  studio,
}) => {
  const names = ["constructor", "__proto__", "toString", "hasOwnProperty"];
  const pins = names.map((name) => `#     ${name}: abcdef0\n`).join("");
  const recipe = `merge_method: linear\nparameters: {weight: 1}\nmodels:\n${names.map((name) => `  - model: ${name}\n`).join("")}# awase:\n#   revisions:\n${pins}`;
  await studio.open(await encodeShare({ name: "constructor", recipe }));
  for (const name of names) await expect(studio.review.model(name)).toContainText("abcdef0");
  await studio.review.accept();
  await expect.poll(() => studio.recipe.text()).toContain("constructor");
  await studio.reload();
  await expect.poll(() => studio.recipe.text()).toBe(recipe);
});

test("a link that takes the page down is set aside, and everything else is as it was", async ({
  studio,
  complaints,
}) => {
  await studio.open();
  await studio.recipe.ready();
  await studio.recipe.setWeight("llama-ja", "0.123");
  await studio.recipe.ready();
  const mine = await studio.recipe.text();
  const takesDown = await encodeShare({
    name: "down",
    recipe: "merge_method: linear\nmodels: [{model: takes-down}]\n",
  });
  await studio.page.addInitScript(() => {
    const { hasOwn } = Object;
    Object.hasOwn = (object, key) => {
      if (key === "takes-down") throw new Error("This link takes the page down.");
      return hasOwn(object, key);
    };
  });

  await studio.reload();

  for (const wayOut of ["Reload the page", "Start afresh"]) {
    await studio.page.evaluate((fragment) => {
      location.hash = fragment;
    }, takesDown);
    await studio.page.getByRole("button", { name: wayOut }).click();
    await expect(studio.review.dialog).toContainText("This link cannot be opened");
    await expect(studio.review.dialog).toContainText("Your own recipe and models are as they were");
    await studio.review.close();
    await studio.recipe.ready();
    expect(await studio.recipe.text()).toBe(mine);
    await studio.reload();
    await studio.recipe.ready();
    await expect(studio.review.dialog).toHaveCount(0);
  }
  complaints.splice(0); // React tells the console why it could not draw
});

/** Some megabytes of zeros in a few kilobytes. */
function bomb(): string {
  return deflateRawSync(Buffer.alloc(8_000_000)).toString("base64url");
}
