import type { Translation } from "../../../../base/sentences";
import type { studySentences } from "../../../../search/problems";

/** What can be wrong with a study as it is written, in Japanese. */
export const study: Translation<typeof studySentences> = {
  "study/empty": () => "スタディが空です。`recipe:`、`objectives:`、`trials:` から書き始めてください。",
  "study/missing": ({ key, where }) => `${where} に \`${key}\` がありません。加えてください。`,
  "study/value": ({ key, found, expected }) => `\`${key}\` は ${found} ですが、${expected} でなければなりません。`,
  "study/no-marks": () =>
    "レシピに探すところの印がありません。数値を `{search: [0, 1.5]}` に、語を `{choices: [ties, linear]}` に置き換えてください。",
  "study/range": ({ low, high }) =>
    `範囲は小さい数から大きい数へ書きますが、${low} から ${high} になっています。小さいほうを先に書いてください。`,
  "study/log-range": ({ low }) =>
    `対数目盛の範囲は0より大きい数から始まりますが、${low} から始まっています。1.0e-3 のような小さい数にするか、\`log\` を外してください。`,
  "study/int-range": ({ low, high }) =>
    `整数の範囲の両端は整数ですが、${low} と ${high} です。丸めるか、\`int\` を外してください。`,
  "study/mixed-mark": () =>
    "印には `search` か `choices` のどちらか一つを書きますが、両方あります。一方を外してください。",
  "study/same-name": ({ name }) =>
    `${name} という名前の印が二つあり、内容が違います。一方の名前を変えてください。同じ名前の印は、範囲も同じ一つのパラメータです。`,
  "study/unknown-condition": ({ name, known }) =>
    `\`when\` の ${name} は、これより前では探していません。これより前で探すもの: ${known}。`,
  "study/unknown-value": ({ name, value, known }) =>
    `\`when\` は ${name} が ${value} のときを求めていますが、その値にはなりません。とる値: ${known}。`,
  "study/sampler-choices": ({ sampler, name }) =>
    `${sampler} が探せるのは数だけで、${name} は選択肢です。tpe、nsga-ii、random、grid のどれかを使うか、選択肢ごとにスタディを分けてください。`,
  "study/sampler-objectives": ({ sampler, found }) =>
    `${sampler} が扱える目的は一つですが、${found}個あります。\`combine: mean\` を加えるか、tpe か nsga-ii を使ってください。`,
  "study/combine": ({ names }) =>
    `\`combine: mean\` には、すべて大きいほど良いか、すべて小さいほど良い目的が必要ですが、${names} は揃っていません。\`combine\` を外してフロントを見てください。`,
  "study/no-base": ({ measure }) =>
    `${measure} はベースと比べますが、レシピに \`base_model\` がありません。\`base:\` でモデルを指定してください。`,
  "study/prompts": ({ file, reason }) => `${file} のプロンプトは使えません: ${reason}`,
  "study/few-prompts": ({ file, found, expected }) =>
    `${file} のプロンプトは${found}件です。search・validation・testにそれぞれ1件以上、全部で${expected}件以上必要です。増やすか、\`split: {search: 1, validation: 0, test: 0}\` と書いてください。`,
  "study/coarse": ({ file, found, error }) =>
    `${file} のうち探索に使うプロンプトは${found}件だけです。正解率の標準誤差は最大${error}ポイントになり、それより小さい差は偶然です。プロンプトを増やしてください。`,
  "study/many-parameters": ({ found, trials, expected }) =>
    `${found}個のパラメータを${trials}回の試行で探します。一つにつき5回なら${expected}回です。グラデーションの制御点を減らすか、試行を増やしてください。`,
};
