import { expect, it } from "vitest";
import { parseRecipe } from "../../../../recipe/parse/parse";
import { problemSentence } from "../../failures";
import { afterwards } from "../afterwards";
import { atFirst } from "../japanese";

const japanese = { ...atFirst, ...afterwards };

const said = (text: string) => parseRecipe(text).problems.map((problem) => problemSentence(problem, japanese));

it.each<[string, string]>([
  [
    "merge_method: linear\nmodels: [{model: a, weight: 1}]\n",
    "`weight` はここでは読まれません。`models:` の1番目の`parameters:`に移してください。",
  ],
  [
    "merge_method: ties\nmodels: [{model: a}]\nparameters: {dtype: float32}\n",
    "`dtype` はここでは読まれません。一番上の階層に移してください。",
  ],
  [
    "merge_method: slerp\nt: 0.5\nmodels: [{model: a}]\n",
    "`t` はここでは読まれません。一番上の`parameters:`に移してください。",
  ],
  [
    "merge_method：linear\nmodels: [{model: a}]\n",
    "全角などの記号 `：`（U+FF1A）はYAMLでは文字として扱われます。`:` に直してください。",
  ],
])("%j", (text, sentence) => {
  expect(said(text)).toEqual([sentence]);
});
