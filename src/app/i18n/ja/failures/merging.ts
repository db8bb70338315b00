import type { Translation } from "../../../../base/sentences";
import type { mergeSentences } from "../../../../merge/failures";

/** Why a merge cannot go on, in Japanese. */
export const merging: Translation<typeof mergeSentences> = {
  "merge/no-model": ({ model }) => `モデル ${model} が読み込まれていません。追加してからマージしてください。`,
  "merge/changed-model": ({ model, tensor, found, expected }) =>
    `${model} の ${tensor} が、計画したときの ${expected} から ${found} に変わっています。レシピを確かめてからマージしてください。`,
  "merge/unlike-shape": ({ model, tensor, found, expected }) =>
    `${model} の ${tensor} の形状は ${found} で、出力は ${expected} です。切り詰められるのは語彙の行だけです。大きさの等しいモデルを使ってください。`,
  "merge/unknown-method": ({ method, known }) => `手法「${method}」はありません。使えるのは ${known} です。`,
  "merge/float16-overflow": ({ tensor, outputs, largest, limit }) =>
    `${tensor} はfloat16に収まりません。${outputs}個の値がInfになります（最大は ${largest}、float16の上限は ${limit}）。レシピに \`dtype: bfloat16\`（またはfloat32）と書いてください。値が大きすぎるなら、モデルの重みを確かめてください。`,
  "merge/non-finite": ({ tensor, inputs, outputs }) =>
    `${tensor} の入力に${inputs}個、出力に${outputs}個のNaNかInfがあります。モデルの破損か極端なパラメータを疑うか、許可してからやり直してください。`,
  "merge/dtype": ({ tensor, model, dtype }) =>
    model === undefined
      ? `${tensor} を ${dtype} では書き出せません。マージしたテンソルはBF16・F16・F32のいずれかです。dtype か out_dtype を指定してください。`
      : `${tensor} をマージできません。${model} での型は ${dtype} ですが、計算できるのはBF16・F16・F32・F8_E4M3・F8_E5M2だけです。`,
};
