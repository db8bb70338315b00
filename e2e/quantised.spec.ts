import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { safetensors } from "../src/model/quantisation/fp8Models.testing";
import { dropFiles } from "./pages/dropFiles";
import { expect, test } from "./studio";

const FP8 = join(import.meta.dirname, "golden/fp8");
const RECIPE = "merge_method: linear\nmodels: [{model: fp8, parameters: {weight: 1}}]\n";

test("a scaled fp8 model shows how it is stored, and merges with a word", async ({ studio, page }) => {
  await studio.openEmpty();
  await studio.models.drop(FP8);
  await expect(studio.models.card("fp8")).toContainText("F8_E4M3 × scale + BF16");
  await studio.models.inspectButton("fp8").click();
  const row = studio.models.inspector("fp8").getByRole("row", { name: "layers.0.mlp.down_proj.weight" });
  await expect(row).toContainText("F8_E4M3 × scale");
  await page.keyboard.press("Escape");
  await studio.recipe.write(RECIPE);
  await studio.recipe.ready();
  await expect(page.getByText("stores 28 tensors as F8_E4M3 codes with scales")).toBeVisible();
  await studio.run.start();
  await studio.run.done();
  const files = await studio.run.download();
  expect(new TextDecoder().decode(files["config.json"])).not.toContain("quantization_config");
});

test("a model of packed integers is refused by name on its card", async ({ studio, page }, testInfo) => {
  const folder = testInfo.outputPath("int4");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), '{"architectures": ["LlamaForCausalLM"]}');
  const codes = { name: "lm_head.qweight", dtype: "I32", shape: [4, 32], bytes: new Uint8Array(512) } as const;
  writeFileSync(join(folder, "model.safetensors"), safetensors([codes]));
  await studio.openEmpty();
  await dropFiles(page, folder);
  await expect(studio.models.failures).toContainText("int4 is quantised: GPTQ or AWQ");
  await expect(studio.models.failures).toContainText("full-precision");
});
