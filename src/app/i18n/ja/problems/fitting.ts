import type { FactsOf, Translation } from "../../../../base/sentences";
import type { fittingSentences } from "../../../../recipe/problems/fitting";
import { inBrackets, named } from "./phrases";

type Said = typeof fittingSentences;

/** 「id 7 は a では "x"、b では "y"」 */
function example({ id, model, token, other, otherToken }: FactsOf<Said, "plan/other-vocabulary">): string {
  return `id ${id} は ${model} では${token === "" ? "なし" : ` ${token}`}、${other} では ${otherToken}`;
}

/** Models that do not fit together, in Japanese. */
export const fitting: Translation<Said> = {
  "plan/shape": ({ label, model, found, other, expected, sizes, ...of }) =>
    `${named(of)} を ${label} でマージできません。${model} の形状は ${found}、${other} は ${expected} です${inBrackets(sizes)}。大きさと語彙の等しいモデルを使ってください。`,
  "plan/skipped-shape": ({ model, found, expected, ...of }) =>
    `形状が異なるため、${model} は ${named(of)} に加わりません（${found}、ベースは ${expected}）。`,
  "plan/cropped": ({ model, used, found, ...of }) =>
    `${model} は語彙の大きさが異なります。${named(of)} の ${found} のうち先頭 ${used} だけを使い、残りの行は失われます。`,
  "plan/unlike-layers": ({ model, other, found, expected, sizes, ...of }) =>
    `${model} は、出力がconfig.jsonを受け継ぐ ${other} に合いません。${named(of)} の形状は ${found}、${other} では ${expected} です${inBrackets(sizes)}。大きさの等しいモデルを使ってください。`,
  "plan/foreign-tensor": ({ model, other, sizes, ...of }) =>
    `${model} の ${named(of)} に当たるものが、出力がconfig.jsonを受け継ぐ ${other} の層にありません${inBrackets(sizes)}。構造の等しいモデルを使うか、${model} を base_model にしてください。`,
  "plan/lacking-tensor": ({ model, other, sizes, ...of }) =>
    `${other} の層にあり、そのconfig.jsonが求める ${named(of)} が、${model} にありません${inBrackets(sizes)}。構造の等しいモデルを使ってください。`,
  "plan/unlike-rows": ({ model, found, other, otherTensor, expected, ...of }) =>
    `${model} の ${named(of)} は${found}行、${other} の ${otherTensor} は${expected}行です。語彙は一つなので、同じモデルから取ってください。先頭か末尾のスライスを空の範囲（[0, 0]）にすると選べます。`,
  "plan/nothing-in-common": ({ model, found, layers, other, expected, otherLayers }) =>
    `${model}（${found}）と ${other}（${expected}）には共通の層がありません。層の名前は ${layers} と ${otherLayers} です。アーキテクチャの同じモデルを使ってください。`,
  "plan/unlike-configs": ({ models, other, differences }) =>
    `${models} のconfig.jsonは、出力が受け継ぐ ${other} のもの（括弧内）と異なります: ${differences}。一方のために学習した重みを、もう一方の設定で動かすことになります。`,
  "plan/unplaced-tensor": ({ model, bytes, ...of }) =>
    `${model} の ${named(of)}（${bytes}バイト）は、同じテンソルが別の名前でもあるため、出力に入れません。`,
  "plan/odd-number": ({ model, bytes, ...of }) =>
    `${model} の ${named(of)}（${bytes}バイト）は番号が0で始まるため、どの層のものでもありません。名前のまま残しますが、読むプログラムはありません。ファイルの中の名前を直してください。`,
  "plan/odd-number-in-stack": ({ model, bytes, ...of }) =>
    `${model} の ${named(of)}（${bytes}バイト）は番号が0で始まるため、どの層のものでもなく、slicesでは置き場所が決まりません。ファイルの中の名前を直してください。`,

  "plan/tokens-without-rows": ({ model, other, rows, found, count, ids, more, among, base, counts, ...of }) => {
    const listed = more > 0 ? `${ids}、ほか${more}個` : ids;
    const roles = among === "" ? "" : `${among.replace("chat template", "チャットテンプレート")} を含む`;
    const what = `${count}個のトークン（${listed}${roles && `。${roles}`}）の行がありません。${named(of)} は${other === "" ? "ほかのモデル" : ` ${other} `}に合わせて${found}行から${rows}行になりますが、トークナイザは ${model} のものです。`;
    if (base === "") return `${what}語彙の等しいモデルか、すべてのトークンに行があるbase_modelを使ってください。`;
    return `${what}${base} を base_model にしてください${counts ? `（t などの値は ${base} から数えることになります）` : ""}。`;
  },
  "plan/other-vocabulary": (facts) =>
    `${facts.model} のトークンは、出力がトークナイザを受け継ぐ ${facts.other} と異なります。${named(facts)} の${facts.rows}行のうち${facts.found}行が別のものを表し（${example(facts)}）、混ぜると雑音になります。トークナイザの等しいモデルを使うか、埋め込みと出力ヘッドを ${facts.other} だけから取ってください。`,
  "plan/some-other-tokens": (facts) =>
    `${named(facts)} の${facts.rows}行のうち${facts.found}行は、${facts.model} と、出力がトークナイザを受け継ぐ ${facts.other} とで別のトークンを表します（${example(facts)}）。そのまま混ぜます。`,
  "plan/unknown-vocabulary": ({ model, other, reason }) =>
    `${model} に読めるトークナイザがない${inBrackets(reason)}ため、各行は ${other} と同じトークンを表すものとします。確かめるにはtokenizer.jsonを加えてください。`,
};
