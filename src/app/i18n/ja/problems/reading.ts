import { own } from "../../../../base/own";
import type { Translation } from "../../../../base/sentences";
import type { countSentences } from "../../../../recipe/problems/fewProblems";
import type { Expected, ForeignKind, readingSentences, TokenFault } from "../../../../recipe/problems/reading";
import { part, place, value } from "./phrases";

const TOKEN_FAULTS: Readonly<Record<TokenFault, string>> = {
  kind: "トークンの出所の `kind` は `zero` か `model_token` です。",
  "no-model": "`kind: model_token` の出所には、レシピのモデルを `model:` で指定してください。",
  "one-token": "`kind: model_token` の出所には、`token`（文字列）と `token_id`（整数）のどちらか一つだけが必要です。",
  force: "トークンの `force` は true か false です。",
};

/** What to do about text that is not YAML, by the reader's code. */
const YAML_ADVICE: Readonly<Record<string, string>> = {
  BAD_ALIAS: "引用符で囲んでください。",
  BAD_DIRECTIVE: "`%` で始まる行を消してください。",
  BAD_DQ_ESCAPE: "バックスラッシュを含む文字列は一重引用符で囲んでください。",
  BAD_SCALAR_START: "引用符で囲んでください。Markdownの囲み（```）はレシピではないので消してください。",
  MISSING_CHAR: "足りないもの（閉じ括弧、引用符、`:`、`#` の前の空白）を補ってください。",
  TAG_RESOLVE_FAILED: "`!` で始まるタグを消してください。",
};
const INDENTATION = "この行と前後の行の字下げを確かめ、`: ` を含む文字列は引用符で囲んでください。";

const FOREIGN: Readonly<Record<ForeignKind, string>> = {
  evolve: "これはレシピを探すmergekit-evolveの設定です。ここでは実行できません。見つかったレシピを貼り付けてください。",
  card: "これはモデルカードの先頭で、レシピではありません。カードの下の方にあるYAMLのブロックを貼り付けてください。",
  adapter: "これは学習かアダプターの設定で、レシピではありません。`merge_method:` と `models:` を書いてください。",
};

const EXPECTED: Readonly<Record<Expected, string>> = {
  mapping: "マッピング（`key: value`）",
  list: "リスト（`- ` で始まる行）",
  text: "文字列",
};

const SEVERITIES = { error: "エラー", warning: "警告", note: "注意" } as const;

/** Mistakes in the text of a recipe, in Japanese. */
export const reading: Translation<typeof readingSentences & typeof countSentences> = {
  "recipe/donor-value": ({ name, found, expected, usual }) =>
    `ドナーの \`${name}\` が ${value(found)} になっています。指定できるのは ${expected} です（既定値は ${usual}）。直すか、この行を消してください。`,
  "recipe/donor-floor": ({ floor, cap, low, high }) =>
    `\`${floor}\` が ${low}、\`${cap}\` が ${high} です。ドナーの行を混ぜる割合の下限は上限を超えられません。前者を下げるか、後者を上げてください。`,
  "recipe/too-long": ({ found, limit }) =>
    `レシピが${found}文字あります。読めるのは${limit}文字までです。分割するか、レシピでない部分を除いてください。`,
  "recipe/too-deep": ({ found, limit }) =>
    `入れ子が${found}段あります。読めるのは${limit}段までで、レシピなら10段もありません。閉じ忘れた括弧がないか見てください。`,
  "recipe/too-many-aliases": ({ found, limit }) =>
    `エイリアスが${found}個あります。たどるのは${limit}個までです。値を直接書いてください。`,
  "recipe/too-many-entries": ({ limit }) =>
    `展開すると${limit}項目を超えます。マージキー（\`<<\`）やエイリアス（\`*\`）を減らし、リストを短くしてください。`,
  "recipe/more-problems": ({ severity, count, limit }) =>
    `ここから先に、ほかにも${SEVERITIES[severity]}が${count}件あります。表示は最初の${limit}件だけです。まずそちらを直してください。`,
  "recipe/multiple-documents": ({ documents, limit }) =>
    `\`---\` で区切られた文書が${documents}個あります。一度に読めるレシピは${limit}個までです。一部を別に書いてマージし、その結果を使ってください。`,
  "recipe/same-name": ({ name }) =>
    `\`${name}\` という名前のレシピが二つあり、どちらの結果か決まりません。こちらを別の名前にしてください。`,
  "recipe/unnamed-documents": ({ documents }) =>
    `\`name:\` のないレシピが${documents}個あります。書き出すのは一つだけです。ほかに名前を付け、結果をその名前で使ってください。`,
  "recipe/several-results": ({ names }) =>
    `${names} の結果はどのレシピでも使われていませんが、書き出すのは一つだけです。一つを残して消すか、名前のないレシピで一つにマージしてください。`,
  "recipe/document-cycle": ({ names }) =>
    `レシピが互いの結果を使い合っています（${names}）。ここではすでにあるモデルを使ってください。`,
  "recipe/mixture-among-others": ({ documents }) =>
    `\`experts:\` のあるレシピは一つだけで書きますが、ここにはレシピが${documents}個あります。すでにあるモデルを使って、別に書いてください。`,
  "recipe/unused-document": ({ name }) =>
    `\`${name}\` の結果はどこでも使われないため、作りません。mergekitなら別のフォルダに書き出します。`,
  "recipe/yaml": ({ reason, kind }) => `YAMLとして読めません（${reason}）。${own(YAML_ADVICE, kind) ?? INDENTATION}`,
  "recipe/control-character": ({ found }) => `YAMLに書けない文字 ${found} があります。取り除いてください。`,
  "recipe/blank": ({ found }) =>
    `半角スペースだけが使える所に${found === "tab" ? "タブ" : found === "U+3000" ? "全角スペース" : `空白文字 ${found} `}があります。半角スペースに直してください。`,
  "recipe/wide-mark": ({ found, codePoint, meant, count }) =>
    `全角などの記号 \`${found}\`（${codePoint}）はYAMLでは文字として扱われます。\`${meant}\` に直してください。${count === 1 ? "" : `同じような記号がレシピに${count}個あります。`}`,
  "recipe/fence": () => "``` の行はMarkdownの囲みで、レシピの一部ではありません。囲みの中だけを残してください。",
  "recipe/command": ({ program }) =>
    `これはコマンド（\`${program}\`）で、レシピではありません。コマンドが指すYAMLファイルの中身を貼り付けてください。`,
  "recipe/foreign": ({ kind, key }) => `${FOREIGN[kind]}（\`${key}:\`）`,
  "recipe/alias-cycle": ({ name }) =>
    `\`*${name}\` が \`&${name}\` の付いた値の中にあり、値が自分自身を含んで終わりがありません。ここに値を直接書くか、消してください。`,
  "recipe/unknown-alias": ({ name }) =>
    `\`*${name}\` は \`&${name}\` の付いた所を指しますが、それより前にありません。\`*\` で始まる文字列は引用符で囲んでください。`,
  "recipe/repeated-anchor": ({ name }) =>
    `\`&${name}\` が二か所に付いていて、mergekitでは読めません。こちらとそのエイリアスを別の名前にしてください。`,
  "recipe/merge-key": ({ found }) =>
    `マージキー \`<<\` にはマッピングかそのリストを書きますが、${value(found)}があります。`,
  "recipe/duplicate-key": ({ key }) =>
    `\`${key}\` が二度書かれています。有効なのは最後のものです。片方を消してください。`,
  "recipe/unknown-key": ({ key, where, known, meant }) =>
    `${part(where)}に \`${key}\` というキーはなく、無視されます。${meant === undefined ? `使えるキー: ${known}。` : `\`${meant}\` のことでしょうか。`}`,
  "recipe/type": ({ where, expected, found }) =>
    `${part(where)}は${EXPECTED[expected]}で書きますが、${value(found)}があります。${expected === "text" && /^the (number|boolean) /.test(found) ? "文字列なら引用符で囲んでください。" : ""}`,

  "recipe/empty": () => "レシピが空です。`merge_method:` と `models:` から書き始めてください。",
  "recipe/missing-method": () => "`merge_method:` がありません。たとえば `merge_method: linear` を加えてください。",
  "recipe/one-of": ({ found }) =>
    found === ""
      ? "モデルが書かれていません。`models:`（モデル全体）か `slices:`（層の範囲）を加えてください。"
      : `${found} が同時に書かれています。どれか一つだけ残してください。`,
  "recipe/module-one-of": ({ module, found }) =>
    found === ""
      ? `モジュール \`${module}\` にモデルが書かれていません。\`models:\`（モデル全体）か \`slices:\`（層の範囲）を加えてください。`
      : `モジュール \`${module}\` に ${found} が同時に書かれています。どちらか一つだけ残してください。`,
  "recipe/not-yet": ({ method, known }) => `手法 \`${method}\` にはまだ対応していません。使えるのは ${known} です。`,
  "recipe/unused-key": ({ key }) => `\`${key}\` はmergekitでも使われません。消してください。`,
  "recipe/misplaced-key": ({ key, fault, ...to }) =>
    fault === "cut-off"
      ? `この項目にはモデルがありません。余分な \`- \` が \`${key}\` を前のモデルから切り離しています。${place(to)}に移してください。`
      : `\`${key}\` はここでは読まれません。${place(to)}に移してください。`,
  "recipe/no-sources": () => "スライスには `sources:` と、一つ以上の `{model, layer_range}` が必要です。",
  "recipe/bare-model": ({ where, found }) =>
    `${part(where)}が文字列「${found}」だけです。\`model: ${found}\` と書いてください。`,
  "recipe/missing-model": ({ where }) =>
    `${part(where)}に \`model:\` がありません。モデルのIDかフォルダを書いてください。`,
  "recipe/missing-layer-range": () => "`layer_range: [開始, 終了]` がありません（終了は含みません）。加えてください。",
  "recipe/layer-range": ({ found }) => `\`layer_range\` は整数二つ [開始, 終了] ですが、[${found}] です。`,
  "recipe/dtype": ({ key, found, known, meant }) =>
    `\`${key}: ${found}\` は重みを書き出せる型ではありません。${meant === undefined ? "" : `\`${meant}\` のことでしょうか。`}使えるのは ${known} です。`,
  "recipe/reference": ({ reason, reference, where }) => {
    switch (reason) {
      case "empty":
        return `モデルの参照「${reference}」に空の部分があります。\`org/name\`、\`org/name@revision\`、またはフォルダ名で書いてください。`;
      case "adapters":
        return `モデルの参照「${reference}」に \`+\` が二つ以上あります。アダプタは一つまで（\`org/name+org/adapter\`）です。`;
      case "revisions":
        return `モデルの参照「${reference}」に \`@\` が二つ以上あります。\`org/name@revision\` と書くか、パスに \`@\` があるなら \`{model: {path: …, revision: …}}\` と書いてください。`;
      case "no-model":
        return `マッピングで書いた${part(where ?? "")}には、モデルの名前の \`model:\` が必要です。パスだけなら文字列で書けます。`;
      default:
        return "マッピングで書いたモデルには `path:` が必要です。加えてください。";
    }
  },
  "recipe/hub-address": ({ address, id }) =>
    `「${address}」はHubのアドレスです。モデルのID \`${id}\` として読みます。mergekitで使うときはIDで書いてください。`,
  "recipe/setting": ({ name, wrong, found }) => {
    switch (wrong) {
      case "mixed":
        return `\`${name}\` に数値と \`{filter, value}\` が混ざっています。どれも \`{value: …}\` の形で書き、最後のものはfilterなしにしてください。`;
      case "no-value":
        return `\`${name}\` のこの項目に \`value:\` がありません。加えてください。`;
      case "empty":
        return `\`${name}\` のリストが空です。数値を一つ以上書いてください。`;
      default:
        return `\`${name}\` の値は数値ですが、${value(found ?? "")}があります。数値、数値のリスト（層に沿う勾配）、または \`{filter, value}\` のリストで書いてください。`;
    }
  },
  "recipe/bare-filter": ({ name }) =>
    `\`${name}\` は \`{filter, value}\` 一つのリストとして読みます。mergekitでは先頭に \`- \` が必要です。`,
  "recipe/two-tokenizers": () => "`tokenizer` と `tokenizer_source` の両方があります。片方だけ残してください。",
  "recipe/old-tokenizer-source": ({ model }) =>
    `トークナイザの出所の前の \`model:\` は2024年より前のmergekitの書き方です。${model} として読みます。今のmergekitでは名前だけを書きます。`,
  "recipe/token-key": ({ found }) => `トークン \`${found}\` は文字列でなければなりません。引用符で囲んでください。`,
  "recipe/token-source": ({ reason, found }) => `${TOKEN_FAULTS[reason]}${found === "" ? "" : `（${value(found)}）`}`,
  "recipe/padding": ({ found, limit }) =>
    `\`pad_to_multiple_of\` は1から${limit}までの整数ですが、${value(found)}があります。`,
  "recipe/extras": ({ reason, limit }) =>
    `\`# awase:\` ブロックが読めないため無視します（${reason}）。書けるのは \`seed\`（0から${limit}）と \`revisions\` です。`,
  "recipe/extras-twice": () => "`# awase:` ブロックが二つあります。有効なのは最初のものです。こちらを消してください。",
};
