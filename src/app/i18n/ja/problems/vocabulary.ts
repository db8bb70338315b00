import type { FactsOf, Translation } from "../../../../base/sentences";
import type { vocabularySentences } from "../../../../recipe/problems/vocabulary";

type Said = typeof vocabularySentences;

function tokenSource({ token, model, reason, wanted, limit }: FactsOf<Said, "plan/token-source">): string {
  switch (reason) {
    case "outside":
      return `${token} の行の出所である ${model} は、マージするモデルの中にありません。モデルに加えてください（weightは0で構いません）。`;
    case "no-token":
      return `${token} の行の出所である ${model} に、行のあるトークン ${wanted} がありません。あるトークンを指定してください。`;
    case "no-row":
      return `${token} の行の出所は ${model} の行 ${wanted} ですが、${limit}行しかありません。その中から指定してください。`;
    default:
      return `${token} の行の出所である ${model} に、種類と幅の合う行列がありません。別のモデルを指定してください。`;
  }
}

/** What becomes of vocabularies, in Japanese. */
export const vocabulary: Translation<Said> = {
  "plan/tokenizer": ({ what, reason, model, count }) =>
    reason === "unread"
      ? `\`${what}\` には ${model} のトークナイザが必要ですが、読めません。tokenizer.jsonを加えるか、このキーを消してください。消すと元のファイルをそのまま複写します。`
      : `\`${what}\` は ${model} のトークナイザ${count > 0 ? `に${count}個のトークンを加え` : "からトークンを取り除き"}ますが、それを行うtokenizer.jsonが ${model} にありません。transformersのsave_pretrainedで保存してください。`,
  "plan/tokens-stripped": ({ model, count, token, limit }) =>
    `${model} の${count}個のトークン（最初は ${token}）は番号が${limit}以上で、モデルに行がありません。出力のトークナイザから除きます。`,
  "plan/token-source": tokenSource,
  "plan/token-zero": ({ count, token }) =>
    `${count}個のトークン（最初は ${token}）はどのモデルにもありません。埋め込みと出力ヘッドの行は0になります。`,
  "plan/padding-lost": ({ model, found, tokens, expected }) =>
    `${model} の埋め込みは${found}行ですが、出力では${expected}行になります。mergekitと同じく、${tokens}個のトークンより後ろの行は残りません。`,
  "plan/special-ids": ({ keys }) =>
    `config.jsonの指すトークンの番号がトークナイザで異なるため、${keys} に書き換えます。`,
  "plan/special-id": ({ id, token, model }) =>
    `config.jsonかgeneration_config.jsonの指すトークン ${id}（${token}）に当たるものが、${model} のトークナイザにありません。マージの後に手で直してください。`,
  "plan/chat-template": ({ found, known }) =>
    `\`chat_template: ${found}\` は、\`auto\` でも名前（${known}）でもテンプレートでもありません。テンプレートは20文字以上で \`{\` を含みます。`,
};
