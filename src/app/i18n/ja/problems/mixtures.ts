import type { Translation } from "../../../../base/sentences";
import type { mixtureSentences, UnfitReason } from "../../../../recipe/problems/mixtures";

const REASONS: Readonly<Record<UnfitReason, string>> = {
  mixed: "専門家はすべてベースと同じアーキテクチャでなければなりません",
  unknown: "ここで作れるのは、LlamaかMistralからMixtralかQwen2-MoE、Qwen 2からQwen2-MoE、Qwen 3からQwen3-MoEだけです",
  shared: "MixtralとQwen3-MoEには、すべてのトークンが通る専門家がありません。`shared_experts:` を消してください",
  "no-shared": "Qwen2-MoEには、すべてのトークンが通る専門家が一つ必要です。`shared_experts:` に一つ書いてください",
};

/** What can be wrong with a recipe that has `experts`, in Japanese. */
export const mixtures: Translation<typeof mixtureSentences> = {
  "mixture/no-base": () =>
    "混合モデルには `base_model:` が必要です。attention、正規化、埋め込み、出力ヘッドはそのモデルのものになります。書き加えてください。",
  "mixture/no-experts": () =>
    "`experts:` にモデルがありません。専門家ごとに `source_model:` のある項目を書いてください。",
  "mixture/no-source": () => "この専門家には `source_model:` がありません。MLPを取り出すモデルを書いてください。",
  "mixture/shared": ({ found }) =>
    `すべてのトークンが通る専門家は一つまでですが、\`shared_experts:\` に${found}個あります。一つだけ残してください。`,
  "mixture/number": ({ key, found }) =>
    `\`${key}\` は数でなければなりませんが、${found} です。数を書くか、キーを消してください。`,
  "mixture/gate-mode": ({ found, known }) => `\`gate_mode\` に「${found}」はありません。使えるのは ${known} です。`,
  "mixture/per-token": ({ found, experts }) =>
    `\`experts_per_token\` が ${found} です。1から専門家の数（${experts}）までの整数を書いてください。`,
  "mixture/kind": ({ found }) =>
    `混合モデルを「${found}」として作ることはできません。\`architecture\` は mixtral、qwen（Qwen2-MoE）、qwen3 のどれかです。書かなければ、合うものが選ばれます。`,
  "mixture/no-prompts": ({ mode }) =>
    `\`gate_mode: ${mode}\` ではルーターをプロンプトから作りますが、この専門家には \`positive_prompts:\` がありません。得意な種類の文を書くか、後で学習させるなら \`gate_mode: random\` にしてください。`,
  "mixture/same-prompts": ({ mode }) =>
    `すべての専門家のプロンプトが同じなので、\`gate_mode: ${mode}\` ではルーターの行もすべて同じになります。専門家ごとに違うプロンプトを書いてください。`,
  "mixture/same-models": ({ model }) =>
    `専門家がすべて ${model} です。学習させるまでは、${model} と同じことしか言いません。`,
  "mixture/odd-count": ({ found }) =>
    `専門家が${found}個あります。2のべき乗を前提とするプログラムもあります（transformersではいくつでも動きます）。`,
  "mixture/unfit": ({ found, reason, asked }) =>
    `${found} からは${asked && ` ${asked} の`}混合モデルを作れません。${REASONS[reason]}。`,
  "mixture/shape": ({ model, tensor, found, other, expected }) =>
    `${model} の ${tensor} は ${found} ですが、${other} では ${expected} です。専門家の行列は、すべて同じ形でなければなりません。`,
  "mixture/missing": ({ model, tensor }) =>
    `${model} には、専門家を作るのに必要なテンソル ${tensor} がありません。ダウンロードし直すか、別のモデルを使ってください。`,
  "mixture/biases": ({ model, tensor, mixture }) =>
    `${model} には ${tensor} がありますが、${mixture} にはこのバイアスを入れる場所がありません。バイアスのないモデルを使ってください。`,
  "mixture/zero-biases": ({ mixture }) =>
    `${mixture} にはクエリ、キー、値のバイアスがありますが、ベースにはありません。結果の変わらない0として書き出します。`,
  "mixture/made": ({ mixture, experts, perToken, parameters, active }) =>
    `${mixture}: 専門家${experts}個、トークンごとに${perToken}個。パラメーターは${parameters}個で、一つのトークンが使うのは${active}個です。`,
};
