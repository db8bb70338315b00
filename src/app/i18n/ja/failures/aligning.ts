import type { alignSentences } from "../../../../align/failures";
import type { Translation } from "../../../../base/sentences";

/** Why a donor's rows cannot be blended, in Japanese. */
export const aligning: Translation<typeof alignSentences> = {
  "align/no-tokenizer": ({ model, role }) =>
    `${model}（${role === "base" ? "ベース" : "ドナー"}）にトークナイザがないため、どの行がどのトークンのものか分かりません。tokenizer.json を加えてください（transformersのsave_pretrainedが書き出します）。`,
  "align/no-overlap": ({ base, donor, baseTokens, donorTokens }) =>
    `${base} のトークン${baseTokens}個と ${donor} のトークン${donorTokens}個に、同じバイト列を表すものが一つもなく、対になる行がありません。同じ言語を扱うドナーを選んでください。`,
  "align/too-few": ({ base, donor, pairs, needed }) =>
    `${base} と ${donor} に共通し、値が有限な行は${pairs}個しかありません。ドナーの行の向きを決めるには${needed}個以上が必要です。語彙の重なりが大きいドナーを選んでください。`,
  "align/not-a-table": ({ tensor, dtype, shape }) =>
    `${tensor} は ${dtype}、形は ${shape} です。混ぜられるのは2次元の浮動小数点の表だけです。F32・BF16・F16で保存されたモデルを使ってください。`,
  "align/flat": ({ model, tensor, pairs }) =>
    `${model} の ${tensor} では、共通する${pairs}行がすべて同じ値で、合わせる向きがありません。学習済みのモデルではないようです。ダウンロードし直すか、別のモデルを選んでください。`,
};
