import type { Translation } from "../../../../base/sentences";
import type { planningSentences } from "../../../../recipe/problems/planning";
import { named } from "./phrases";

/** Why too few models have a tensor. */
function why({ lacks, found, expected }: { lacks: "base" | "models"; found: number; expected: number }): string {
  return lacks === "base" ? "ベースにありません" : `${expected}個のモデルに必要ですが、${found}個にしかありません`;
}

/** What is in the way of a plan, in Japanese. */
export const planning: Translation<typeof planningSentences> = {
  "recipe/unknown-method": ({ found, known, meant }) =>
    `手法 \`${found}\` はありません。${meant === undefined ? "" : `\`${meant}\` のことでしょうか。`}使えるのは ${known} です。`,
  "plan/donor-is-input": ({ model }) =>
    `${model} はドナーであると同時に、マージするモデルの一つでもあるため、ほとんどの行がそのまま戻ってきます。ドナーには別のアーキテクチャのモデルを指定してください。`,
  "plan/donor-no-tokenizer": ({ model, role }) =>
    role === "donor"
      ? `ドナー ${model} にトークナイザがないため、どの行がどのトークンのものか分かりません。フォルダに tokenizer.json を加えるか、別のドナーを選んでください。`
      : `結果のトークナイザの元になる ${model} にトークナイザがないため、ドナーの行を混ぜる先が分かりません。フォルダに tokenizer.json を加えてください。`,
  "plan/model-missing": ({ model, meant }) =>
    `モデル ${model} が読み込まれていません。${meant === undefined ? "" : `読み込まれている ${meant} のことでしょうか。`}Hubから追加するか、ファイルをドロップするか、名前を直してください。`,
  "plan/adapter-alone": ({ model, base, meant }) =>
    `${model} は${base === undefined ? "" : `${base} 用の`}アダプター（LoRA）で、マージできる重みを持つモデルではありません。\`${meant}\` のようにモデルの後ろに書いてください。`,
  "plan/not-an-adapter": ({ model }) =>
    `\`+\` の後ろの ${model} はアダプター（LoRA）ではなくモデルです。一つのモデルとして書いてください。`,
  "plan/adapter-base": ({ adapter, base, model }) =>
    `${adapter} は ${base} で学習され、ここでは ${model} に適用されます。同じモデルのファインチューンでなければ、結果は雑音になります。`,
  "plan/adapter-lacks": ({ adapter, model, found, ...of }) =>
    `${adapter} は ${named(of)}（${found}）を変えますが、${model} にそのテンソルがありません。アダプターは学習に使ったモデルに適用してください。`,
  "plan/adapter-shape": ({ adapter, model, found, expected, ...of }) =>
    `${adapter} は ${model} とは別のモデル用です。${named(of)} がアダプターでは ${found}、モデルでは ${expected} です。アダプターは学習に使ったモデルに適用してください。`,
  "plan/method-name": ({ name }) =>
    `このレシピの名前は手法 \`${name}\` と同じです。mergekitは \`merge_method: ${name}\` をその結果と取り違えます。別の名前にしてください。`,
  "plan/same-model-twice": ({ model }) =>
    `${model} がここに二度あり、一つとして数えます（層の範囲は最後のもの、パラメータは最初のもの）。二つの層をマージするなら、片方にリビジョンを付けて書いてください。`,
  "plan/architectures": ({ model, found, names }) =>
    `${model} のconfig.jsonにアーキテクチャが${found}個あります（${names}）。一つのはずです。{model: ${model}, override_architecture: …} で選んでください。`,
  "plan/mixed-architectures": ({ model, found, other, expected, known }) =>
    `${model} は ${found}、${other} は ${expected} で、アーキテクチャが異なります。${known === "all" ? `テンソルが合うなら {model: ${model}, override_architecture: ${expected}} と書いてください。` : "テンソルは名前だけで対応させます。"}`,
  "plan/inferred-architecture": ({ model, architecture }) =>
    `${model} のアーキテクチャ（${architecture}）は未登録のため、層をテンソル名から推定しました。`,
  "plan/experts-relaid": ({ model, other, found, expected }) =>
    `${model} は専門家の行列を${found === "packed" ? "層ごとに二つのテンソルにまとめて" : "一つずつ"}持ち、${other} は別の名前で${expected === "packed" ? "まとめて" : "一つずつ"}持っています。中身は同じ重みなので、${other} の形に合わせて読み、書き出します。`,
  "plan/other-prefix": ({ model, other, found, expected }) =>
    `${model} のテンソル名は「${found}」で、${other} では「${expected}」で始まります。同じ重みとして扱います。`,

  "plan/multiple-modules": ({ modules, names }) =>
    `このアーキテクチャにはモジュールが${modules}個あり（${names}）、slicesではどれか決まりません。\`modules:\` の下に \`名前: {slices: …}\` と書いてください。`,
  "plan/unknown-module": ({ module, names }) =>
    `このアーキテクチャにモジュール \`${module}\` はありません。あるのは ${names} です。`,
  "plan/module-carried": ({ module, model, bytes, ...of }) =>
    `\`modules:\` に ${module} がありません。その ${named(of)}（${bytes}バイト）は ${model} からそのまま写します。mergekitでは出力から抜け落ちます。`,
  "plan/beside-carried": ({ module, model, bytes, ...of }) =>
    `マージするのは言語モデルだけです。その横にある ${module} の ${named(of)}（${bytes}バイト）は ${model} からそのまま写します。`,
  "plan/layer-counts": ({ model, found, other, expected }) =>
    `${model} は${found}層、${other} は${expected}層です。モデル全体のマージでは層の数をそろえるか、\`slices:\` で層を選んでください。`,
  "plan/layers-missing": ({ model, key, found, expected }) =>
    `${model} のconfig.jsonでは \`${key}\` が${found}ですが、ファイルにあるのは${expected}層です。モデルをもう一度ダウンロードするか、数を直してください。`,
  "plan/layer-range": ({ model, start, end, layers }) =>
    `layer_range [${start}, ${end}] が ${model} の層（0から${layers - 1}）を超えています。終了の層は含まないので、終わりは${layers}までです。`,
  "plan/reversed-range": ({ start, end }) =>
    `layer_range [${start}, ${end}] の終了が開始より前にあり、層がありません。二つの数を入れ替えてください。`,
  "plan/slice-lengths": ({ found, expected }) =>
    `一つのスライスの中では、どのsourceも同じ数の層でなければなりません。最初のものは${expected}層、これは${found}層です。`,
  "plan/no-layers": ({ model, start, end }) =>
    start === undefined
      ? `${model} の層は0です。名前に層の番号があるテンソルがありません。マージには1層以上が必要です。`
      : `出力の層が0になります。${model} の layer_range [${start}, ${end}] にも、ほかの範囲にも層がありません。終了の層は含まないので、層 ${start} なら [${start}, ${start + 1}] です。`,
  "plan/surplus-sources": ({ found, expected }) =>
    `最後のスライスの${found}個のsourcesを、層の後の重みにもすべて使います。mergekitでは最初のスライスと同じ先頭の${expected}個だけです。`,
  "plan/too-many-tensors": ({ found, limit }) =>
    `出力のテンソルが${found}個になります。計画できるのは${limit}個までです。スライスを減らすか、層の範囲を短くしてください。`,
  "plan/too-much-work": ({ found, limit }) =>
    `このレシピの計画には、フィルタとソースを延べ${found}回調べる必要があります。調べるのは${limit}回までです。フィルタ（\`filter:\`）かソースを減らしてください。`,

  "plan/base-required": ({ label }) =>
    `${label} にはベースモデルが必要です。\`base_model:\` にモデルの一つか、その元のモデルを書いてください。`,
  "plan/base-not-in-slice": ({ label, base }) =>
    `${label} では、どのスライスのsourcesにもベース ${base} が必要ですが、このスライスにありません。比べる層の範囲とともに加えてください。`,
  "plan/base-ignored": ({ label, model }) =>
    `${label} にベースはありません。${model} からは設定とトークナイザだけを使い、重みは使いません。マージするなら \`models:\` にweightを付けて加えてください。`,
  "plan/input-count": ({ label, found, min, max, added, of }) => {
    const expected = min === max ? `${max}個` : found > max ? `${max}個まで` : `${min}個以上`;
    const where = of === "slice" ? "このスライスには" : "レシピには";
    return `${label} が一つのテンソルに使うモデルは${expected}ですが、${where}${found}個あります${added === undefined ? "" : "（`models` に加わるベースを含む）"}。${found > max ? "減らして" : "加えて"}ください。`;
  },
  "plan/missing-parameter": ({ name, label, model, place, ...of }) => {
    if (place === "under-model")
      return `${label} はモデルの下の \`${name}\` を見ません。トップレベルかスライスの \`parameters:\` に移してください。`;
    const where =
      model === undefined
        ? "トップレベルの `parameters:`"
        : `${model} の下か、全モデル共通ならトップレベルの \`parameters:\``;
    return `${label} には \`${name}\` が必要ですが、${model === undefined ? "" : `${model} の `}${named(of)} に値がありません。${where} に書いてください。フィルタから漏れるなら、リストの最後に \`- value: …\` を加えてください。`;
  },
  "plan/unknown-parameter": ({ name, label, known, meant }) => {
    if (meant !== undefined)
      return `${label} に \`${name}\` というパラメータはなく、無視されます。\`${meant}\` のことでしょうか。`;
    if (known === "") return `${label} にパラメータはなく、\`${name}\` は無視されます。`;
    return `${label} に \`${name}\` というパラメータはなく、無視されます。あるのは ${known} です。`;
  },
  "plan/parameter-level": ({ name, label }) =>
    `${label} は \`${name}\` をモデルの下では見ません。トップレベルかスライスの \`parameters:\` に移してください。`,
  "plan/parameter-type": ({ name, expected, found, ...of }) =>
    `\`${name}\` は${expected === "boolean" ? "trueかfalse" : "整数"}ですが、${named(of)} で ${found} になります。`,
  "plan/unmatched-filter": ({ name, filter }) =>
    `\`${name}\` のフィルタ \`${filter}\` を名前に含むテンソルはなく、この行は使われません。フィルタには \`mlp\` や \`layers.3.\` のように、名前の一部をそのまま書きます。`,

  "plan/missing-tensor": ({ model, ...of }) =>
    `${model} に、アーキテクチャが必要とするテンソル ${named(of)} がありません。ダウンロードし直すか、同じ種類のモデルか確かめてください。`,
  "plan/partial-tensor": ({ model, ...of }) =>
    `${model} には、ほかのモデルにある ${named(of)} がありません。そこには加わりません。`,
  "plan/too-few-inputs": (facts) => `${named(facts)} を ${facts.label} でマージできません（${why(facts)}）。`,
  "plan/copied-tensor": (facts) =>
    `${named(facts)} は ${facts.label} でマージできないため（${why(facts)}）、${facts.model} から複写します。`,
  "plan/dropped-tensor": (facts) =>
    `${named(facts)} は ${facts.label} でマージできないため（${why(facts)}）、出力に含めません。`,
  "plan/dtype": ({ model, dtype, ...of }) =>
    `${model} の ${named(of)} は ${dtype} で、マージできません。F32かBF16に変換してください。`,
  "plan/copied-integers": ({ model, dtype, ...of }) =>
    `${named(of)} は整数（${dtype}）なので、マージせず ${model} から複写します。`,
  "plan/output-dtype": ({ model, found, ...of }) =>
    `${model} の ${named(of)} は ${found} で、そのままは書き出せません。レシピに \`dtype: bfloat16\` を加えてください。`,
  "plan/unnamed-tensor": (of) => `${named(of)} はアーキテクチャの記述にありませんが、残します。`,
  "plan/behind-merged": ({ layers, bytes, ...of }) =>
    `${named(of)}（${bytes}バイト）は${layers}層の後ろにある重みです（複数トークン予測の部分など）。どのモデルにもあるため、ほかと同じようにマージします。`,
  "plan/behind-carried": ({ model, layers, bytes, from, ...of }) =>
    `${named(of)}（${bytes}バイト）は、出力の${layers}層の後ろに置く重みです（複数トークン予測の部分など）。${model} の ${from} からをそのまま複写します。もとのモデルの層に合わせて学習されたものです。`,
  "plan/behind-left-out": ({ model, other, bytes, ...of }) =>
    `${model} の層の後ろにある ${named(of)}（${bytes}バイト）は出力に入れません。設定の元になる ${other} にないためです。先のトークンを予測する部分で、なくてもモデルは動きます。`,
};
