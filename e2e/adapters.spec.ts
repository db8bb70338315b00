import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./studio";
import { expectSameWeights, readWeights, readWeightsFile } from "./weights";

const GOLDEN = join(import.meta.dirname, "golden");

test("a dropped adapter is shown as one, stands behind its model in the recipe, and is merged as mergekit does it", async ({
  studio,
}) => {
  await studio.openEmpty();
  await studio.models.drop(
    join(GOLDEN, "merge/models/base"),
    join(GOLDEN, "merge/models/b"),
    join(GOLDEN, "around/models/lora_r8_all"),
  );
  await expect(studio.models.card("lora_r8_all")).toContainText("LoRA, rank 8, 28 changes");
  await expect(studio.models.card("lora_r8_all")).toContainText("for base");

  await studio.recipe.write("merge_method: linear\nmodels:\n  - {model: lora_r8_all, parameters: {weight: 1}}\n");
  await expect(studio.recipe.problems).toContainText("is an adapter (LoRA) for base");

  await studio.recipe.write(readFileSync(join(GOLDEN, "around/recipes/lora_linear.yaml"), "utf8"));
  await studio.recipe.ready();
  await studio.models.actionsButton("lora_r8_all").click();
  await expect(studio.models.menuItem("Add base+lora_r8_all to the recipe")).toBeDisabled();
  await studio.run.start();
  await studio.run.done();
  const files = await studio.run.download();
  const expected = await readWeightsFile(join(GOLDEN, "around/expected/lora_linear/model.safetensors"));
  expectSameWeights(await readWeights(files["model.safetensors"] ?? new Uint8Array()), expected);
});
