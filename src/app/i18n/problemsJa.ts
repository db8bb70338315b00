import type { ErrorFacts } from "../../base/errors";
import { own } from "../../base/own";
import type { FactSentence } from "./factSentence";
import { openingRemarksJa } from "./openingJa";
import { recipeWordsJa } from "./recipeWordsJa";

/** "q_proj.weight", or "q_proj.weight ほか199個". */
function named({ tensor = "", tensors = 1 }: ErrorFacts): string {
  return Number(tensors) > 1 ? `${tensor} ほか${Number(tensors) - 1}個` : String(tensor);
}

/** What explains a sentence, if something does. */
function inBrackets(text: ErrorFacts[string] | undefined): string {
  return text === undefined || text === "" ? "" : `（${text}）`;
}

/** 「id 7 は a では "x"、b では "y"」 */
function tokens({ id, model, token, other, otherToken }: ErrorFacts): string {
  return `id ${id} は ${model} では${token === "" ? "なし" : ` ${token}`}、${other} では ${otherToken}`;
}

function tokenizerReason({ reason, model, count, token }: ErrorFacts): string {
  switch (reason) {
    case "tokens":
      return `${count}個のトークンに行の出所が指定されています。`;
    case "model":
      return `${model} はマージするモデルの中にありません。`;
    case "unread":
      return `${model} のトークナイザが読めないため、比べられません。`;
    case "adds":
      return `${model} が${count}個のトークン（最初は ${token}）を加えます。`;
    case "moves":
      return `${model} の${count}行（最初は ${token}）を移すか、置き換えるか、補う必要があります。`;
    case "lacks":
      return `${model} の${count}個のトークンに行がありません。`;
    default:
      return `行の数を${count}の倍数にする必要があります。`;
  }
}

const EXPECTED_TYPES: Readonly<Record<string, string>> = {
  mapping: "マッピング（`key: value`）",
  list: "リスト（`- ` で始まる行）",
  text: "文字列",
};

const REFERENCE_REASONS: Readonly<Record<string, string>> = {
  empty: "空の部分があります。`org/name`、`org/name@revision`、またはフォルダ名で書いてください。",
  adapters: "`+` が二つ以上あります。アダプタは一つまで（`org/name+org/adapter`）です。",
  revisions: "`@` が二つ以上あります。`org/name@revision`、またはマッピング形式で書いてください。",
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

const SEVERITIES: Readonly<Record<string, string>> = { error: "エラー", warning: "警告", note: "注意" };

const BLANKS: Readonly<Record<string, string>> = { tab: "タブ", "U+3000": "全角スペース" };

/** What is wrong with a recipe, in Japanese, by the problem's code. */
export const problemsJa: Readonly<Record<string, FactSentence>> = {
  ...openingRemarksJa,
  ...recipeWordsJa,

  "recipe/empty": () => "レシピが空です。`merge_method:` と `models:` から書き始めてください。",
  "recipe/yaml": ({ reason, kind }) =>
    `YAMLとして読めません（${reason}）。${own(YAML_ADVICE, String(kind)) ?? "この行と前後の行の字下げを確かめ、`: ` を含む文字列は引用符で囲んでください。"}`,
  "recipe/control-character": ({ found }) => `YAMLに書けない文字 ${found} があります。取り除いてください。`,
  "recipe/blank": ({ found }) =>
    `半角スペースだけが使える所に${own(BLANKS, String(found)) ?? `空白文字 ${found} `}があります。半角スペースに直してください。`,
  "recipe/unknown-alias": ({ name }) =>
    `\`*${name}\` は \`&${name}\` の付いた所を指しますが、それより前にありません。\`*\` で始まる文字列は引用符で囲んでください。`,
  "recipe/repeated-anchor": ({ name }) =>
    `\`&${name}\` が二か所に付いていて、mergekitでは読めません。こちらとそのエイリアスを別の名前にしてください。`,
  "recipe/too-long": ({ found, limit }) =>
    `レシピが${found}文字あります。読めるのは${limit}文字までです。分割するか、レシピでない部分を除いてください。`,
  "recipe/too-deep": ({ found, limit }) =>
    `入れ子が${found}段あります。読めるのは${limit}段までです。閉じ忘れた括弧がないか見てください。`,
  "recipe/too-many-aliases": ({ found, limit }) =>
    `エイリアスが${found}個あります。たどるのは${limit}個までです。値を直接書いてください。`,
  "recipe/too-many-entries": ({ limit }) =>
    `展開すると${limit}項目を超えます。マージキー（\`<<\`）やエイリアス（\`*\`）を減らし、リストを短くしてください。`,
  "recipe/more-problems": ({ severity, count, limit }) =>
    `ここから先に、ほかにも${own(SEVERITIES, String(severity)) ?? "問題"}が${count}件あります。表示は最初の${limit}件だけです。まずそちらを直してください。`,
  "recipe/multiple-documents": () =>
    "`---` で区切られた複数のレシピがあります。一つだけ残し、ほかはその後で実行してください。",
  "recipe/extras": ({ reason }) =>
    `\`# awase:\` ブロックが読めないため無視します（${reason}）。書けるのは \`seed\` と \`revisions\` です。`,
  "recipe/extras-twice": () => "`# awase:` ブロックが二つあります。有効なのは最初のものです。こちらを消してください。",
  "recipe/missing-method": () => "`merge_method:` がありません。たとえば `merge_method: linear` を加えてください。",
  "recipe/unknown-method": ({ found, known, meant }) =>
    `手法 \`${found}\` はありません。${meant ? `\`${meant}\` のことでしょうか。` : ""}使えるのは ${known} です。`,
  "recipe/not-yet": ({ what, known }) => notYet(String(what), known),
  "recipe/one-of": ({ found }) =>
    found === ""
      ? "モデルが書かれていません。`models:`（モデル全体）か `slices:`（層の範囲）を加えてください。"
      : `${found} が同時に書かれています。どれか一つだけ残してください。`,
  "recipe/padding": ({ found }) => `\`pad_to_multiple_of\` は1以上の整数ですが、${found} です。`,
  "recipe/two-tokenizers": () => "`tokenizer` と `tokenizer_source` の両方があります。片方だけ残してください。",
  "recipe/unused-key": ({ key }) => `\`${key}\` はmergekitでも使われません。消してください。`,
  "recipe/unknown-key": ({ key, meant, known }) =>
    `\`${key}\` というキーはここにはなく、無視されます。${meant ? `\`${meant}\` のことでしょうか。` : `使えるキー: ${known}。`}`,
  "recipe/duplicate-key": ({ key }) =>
    `\`${key}\` が二度書かれています。有効なのは最後のものです。片方を消してください。`,
  "recipe/merge-key": ({ found }) => `マージキー \`<<\` にはマッピングかそのリストを書きますが、${found} です。`,
  "recipe/type": ({ where, expected, found }) =>
    `${where} は${own(EXPECTED_TYPES, String(expected)) ?? expected}で書きますが、${found} です。`,
  "recipe/no-sources": () => "スライスには `sources:` と、一つ以上の `{model, layer_range}` が必要です。",
  "recipe/bare-model": ({ found }) => `項目が文字列「${found}」だけです。\`model: ${found}\` と書いてください。`,
  "recipe/missing-model": () => "`model:` がありません。モデルのIDかフォルダを書いてください。",
  "recipe/missing-layer-range": () => "`layer_range: [開始, 終了]` がありません（終了は含みません）。加えてください。",
  "recipe/layer-range": ({ found }) => `\`layer_range\` は整数二つ [開始, 終了] ですが、[${found}] です。`,
  "recipe/dtype": ({ key, found, known, meant }) =>
    `\`${key}: ${found}\` は重みを書き出せる型ではありません。${meant ? `\`${meant}\` のことでしょうか。` : ""}使えるのは ${known} です。`,
  "recipe/reference": ({ reference, reason }) =>
    reference === undefined
      ? "モデルの参照が不完全です。名前は文字列で、またはマッピング形式の `model:`・`path:` で書いてください。"
      : `モデルの参照「${reference}」に${own(REFERENCE_REASONS, String(reason)) ?? "誤りがあります。"}`,
  "recipe/setting": ({ name, found }) =>
    `\`${name}\` の書き方に誤りがあります${found === undefined ? "" : `（${found}）`}。数値、数値のリスト（層に沿う勾配）、または \`{filter, value}\` のリストで書いてください。`,
  "recipe/bare-filter": ({ name }) =>
    `\`${name}\` は \`{filter, value}\` 一つのリストとして読みます。mergekitでは先頭に \`- \` が必要です。`,
  "plan/model-missing": ({ model, meant }) =>
    `モデル ${model} が読み込まれていません。${meant === undefined ? "" : `読み込まれている ${meant} のことでしょうか。`}Hubから追加するか、ファイルをドロップするか、名前を直してください。`,
  "plan/architectures": ({ model, found, names }) =>
    `${model} のconfig.jsonにアーキテクチャが${found}個あります（${names}）。一つのはずです。override_architecture で選んでください。`,
  "plan/mixed-architectures": ({ model, found, other, expected }) =>
    `${model} は ${found}、${other} は ${expected} で、アーキテクチャが異なります。`,
  "plan/inferred-architecture": ({ model, architecture }) =>
    `${model} のアーキテクチャ（${architecture}）は未登録のため、層をテンソル名から推定しました。`,
  "plan/multiple-modules": ({ modules, names }) =>
    `このアーキテクチャにはモジュールが${modules}個あり（${names}）、slicesではどれか決まりません。\`models:\` を使ってください。`,
  "plan/layer-counts": ({ model, found, other, expected }) =>
    `${model} は${found}層、${other} は${expected}層です。モデル全体のマージでは層の数をそろえるか、\`slices:\` で層を選んでください。`,
  "plan/layers-missing": ({ model, key, found, expected }) =>
    `${model} のconfig.jsonでは \`${key}\` が${found}ですが、ファイルにあるのは${expected}層です。モデルをもう一度ダウンロードするか、数を直してください。`,
  "plan/too-many-tensors": ({ found, limit }) =>
    `出力のテンソルが${found}個になります。計画できるのは${limit}個までです。スライスを減らすか、層の範囲を短くしてください。`,
  "plan/too-much-work": ({ found, limit }) =>
    `このレシピの計画には、フィルタとソースを延べ${found}回調べる必要があります。調べるのは${limit}回までです。フィルタ（\`filter:\`）かソースを減らしてください。`,
  "plan/layer-range": ({ model }) => `layer_range が ${model} の層の範囲を超えています。終了の層は含みません。`,
  "plan/reversed-range": () => "layer_range の終了が開始より前にあり、層がありません。二つの数を入れ替えてください。",
  "plan/slice-lengths": () => "一つのスライスの中では、どのsourceも同じ数の層でなければなりません。",
  "plan/base-required": ({ method }) => `${method} にはベースモデルが必要です。\`base_model:\` を加えてください。`,
  "plan/base-not-in-slice": ({ method, base }) =>
    `${method} では、どのスライスのsourcesにもベース ${base} が必要です。このスライスにありません。`,
  "plan/base-ignored": ({ model, method }) =>
    `${method} にベースはありません。${model} からは設定とトークナイザだけを使い、重みは使いません。`,
  "plan/input-count": ({ method, found, expected }) =>
    `${method} が一つのテンソルに使うモデルは ${expected} 個ですが、${found}個あります。`,
  "plan/surplus-sources": ({ found, expected }) =>
    `最後のスライスの${found}個のsourcesを、層の後の重みにもすべて使います。mergekitでは最初のスライスと同じ先頭の${expected}個だけです。`,
  "plan/same-model-twice": ({ model }) => `${model} がここに二度あり、一つとして数えます。`,
  "plan/missing-parameter": ({ name, method, model }) =>
    `${method} には \`${name}\` が必要です${model === undefined ? "" : `（${model}）`}。モデルの下か、トップレベルの \`parameters:\` に書いてください。`,
  "plan/parameter-level": ({ name, method }) =>
    `${method} は \`${name}\` をこの場所では見ません。トップレベルの \`parameters:\` に移してください。`,
  "plan/unknown-parameter": ({ name, method, known, meant }) =>
    `${method} に \`${name}\` というパラメータはなく、無視されます。${meant ? `\`${meant}\` のことでしょうか。` : `あるのは ${known} です。`}`,
  "plan/unmatched-filter": ({ name, filter }) =>
    `\`${name}\` のフィルタ \`${filter}\` を名前に含むテンソルはなく、この行は使われません。フィルタには \`mlp\` や \`layers.3.\` のように、名前の一部をそのまま書きます。`,
  "plan/parameter-type": (facts) =>
    `\`${facts.name}\` は${facts.expected === "true or false" ? "trueかfalse" : "整数"}ですが、${named(facts)} で ${facts.found} になります。`,
  "plan/missing-tensor": (facts) =>
    `${facts.model} に、アーキテクチャが必要とするテンソル ${named(facts)} がありません。ダウンロードし直すか、同じ種類のモデルか確かめてください。`,
  "plan/partial-tensor": (facts) => `${facts.model} には ${named(facts)} がありません。そこには加わりません。`,
  "plan/too-few-inputs": (facts) =>
    `${named(facts)} を ${facts.method} でマージできません。持っているモデルは${facts.found}個で、${facts.expected}個必要か、ベースがありません。`,
  "plan/copied-tensor": (facts) =>
    `${named(facts)} は ${facts.method} でマージできないため、${facts.model} から複写します。`,
  "plan/dropped-tensor": (facts) =>
    `${named(facts)} は ${facts.method} でマージできないため（持っているモデルは${facts.found}個、必要なのは${facts.expected}個）、出力に含めません。`,
  "plan/copied-integers": (facts) => `${named(facts)} は整数なので、マージせず ${facts.model} から複写します。`,
  "plan/unnamed-tensor": (facts) => `${named(facts)} はアーキテクチャの記述にありませんが、残します。`,
  "plan/behind-merged": (facts) =>
    `${named(facts)}（${facts.bytes}バイト）は${facts.layers}層の後ろにある重みです（複数トークン予測の部分など）。どのモデルにもあるため、ほかと同じようにマージします。`,
  "plan/behind-carried": (facts) =>
    `${named(facts)}（${facts.bytes}バイト）は、出力の${facts.layers}層の後ろに置く重みです（複数トークン予測の部分など）。${facts.model} の ${facts.from} からをそのまま複写します。もとのモデルの層に合わせて学習されたものです。`,
  "plan/behind-left-out": (facts) =>
    `${facts.model} の層の後ろにある ${named(facts)}（${facts.bytes}バイト）は出力に入れません。設定の元になる ${facts.other} にないためです。先のトークンを予測する部分で、なくてもモデルは動きます。`,
  "plan/behind-count": ({ key, found }) =>
    `該当する部分を書き出さないため、config.jsonの \`${key}\` を ${found} から 0 にします。`,
  "plan/nothing-in-common": ({ model, found, layers, other, expected, otherLayers }) =>
    `${model}（${found}）と ${other}（${expected}）には共通の層がありません。層の名前は ${layers} と ${otherLayers} です。アーキテクチャの同じモデルを使ってください。`,
  "plan/no-layers": ({ model, start, end }) =>
    start === undefined
      ? `${model} の層は0です。名前に層の番号があるテンソルがありません。マージには1層以上が必要です。`
      : `出力の層が0になります。${model} の layer_range [${start}, ${end}] にも、ほかの範囲にも層がありません。終了の層は含まないので、層 ${start} なら [${start}, ${Number(start) + 1}] です。`,
  "plan/unplaced-tensor": (facts) =>
    `${facts.model} の ${named(facts)}（${facts.bytes}バイト）は、同じテンソルが別の名前でもあるため、出力に入れません。`,
  "plan/odd-number": (facts) =>
    `${facts.model} の ${named(facts)}（${facts.bytes}バイト）は番号が0で始まるため、どの層のものでもありません。名前のまま残しますが、読むプログラムはありません。ファイルの中の名前を直してください。`,
  "plan/odd-number-in-stack": (facts) =>
    `${facts.model} の ${named(facts)}（${facts.bytes}バイト）は番号が0で始まるため、どの層のものでもなく、slicesでは置き場所が決まりません。ファイルの中の名前を直してください。`,
  "plan/unlike-layers": (facts) =>
    `${facts.model} は、出力がconfig.jsonを受け継ぐ ${facts.other} に合いません。${named(facts)} の形状は ${facts.found}、${facts.other} では ${facts.expected} です${inBrackets(facts.sizes)}。大きさの等しいモデルを使ってください。`,
  "plan/foreign-tensor": (facts) =>
    `${facts.model} の ${named(facts)} に当たるものが、出力がconfig.jsonを受け継ぐ ${facts.other} の層にありません${inBrackets(facts.sizes)}。構造の等しいモデルを使うか、${facts.model} を base_model にしてください。`,
  "plan/lacking-tensor": (facts) =>
    `${facts.other} の層にあり、そのconfig.jsonが求める ${named(facts)} が、${facts.model} にありません${inBrackets(facts.sizes)}。構造の等しいモデルを使ってください。`,
  "plan/unlike-rows": (facts) =>
    `${facts.model} の ${named(facts)} は${facts.found}行、${facts.other} の ${facts.otherTensor} は${facts.expected}行です。語彙は一つなので、同じモデルから取ってください。先頭か末尾のスライスを空の範囲（[0, 0]）にすると選べます。`,
  "plan/unlike-configs": ({ models, other, differences }) =>
    `${models} のconfig.jsonは、出力が受け継ぐ ${other} のもの（括弧内）と異なります: ${differences}。一方のために学習した重みを、もう一方の設定で動かすことになります。`,
  "plan/layer-rule-written": ({ keys, layers, found }) =>
    `このアーキテクチャは層の種類を番号で決めており、slicesが層を動かすと出力の層 ${layers} がもとと違う種類になります。config.jsonの ${keys} に層ごとの種類を書きます（transformersが読む形です）。番号だけを見るプログラムでは、この${found}層が正しく動きません。`,
  "plan/layer-lists": ({ keys, layers }) =>
    `config.jsonの ${keys} をslicesに合わせます。${layers}層のどれも、もとのモデルでの種類のままです。`,
  "plan/layer-view": ({ key, layers, first, found, expected }) =>
    `\`${key}\` は層の種類を番号で決め、層を並べ替えたことを書くキーがありません。出力の層 ${layers} が変わります（層 ${first} はもとでは ${expected}、出力では ${found}）。周期のそろう範囲を選ぶか、モデルのコードを直してください。`,
  "plan/layer-kind": ({ key, model, layers, first, found, expected }) =>
    `${model} の \`${key}\` は層の種類を番号で決めますが、slicesは層 ${layers} を別の種類の番号に置いています。層 ${first} は ${expected} なのに ${found} として読み込まれます。周期のそろう範囲を選んでください。`,
  "plan/unlike-kinds": ({ key, model, other, layers, found, expected }) =>
    `種類の違う層どうしをマージしています（\`${key}\`）。出力の層 ${layers} では、${model} の ${expected} と ${other} の ${found} が重なります。種類のそろう範囲を選んでください。`,
  "plan/layer-list-missing": ({ key, model, other }) =>
    `${other} のconfig.jsonの \`${key}\` は層ごとに値を持ちますが、${model} にはそのリストがなく、出力のリストを作れません。${model} のconfig.jsonに加えるか、リストのないモデルをbase_modelにしてください。`,
  "plan/shape": (facts) =>
    `${named(facts)} をマージできません。${facts.model} の形状は ${facts.found}、${facts.other} は ${facts.expected} です${inBrackets(facts.sizes)}。大きさと語彙の等しいモデルを使ってください。`,
  "plan/skipped-shape": (facts) =>
    `形状が異なるため、${facts.model} は ${named(facts)} に加わりません（${facts.found}、ベースは ${facts.expected}）。`,
  "plan/cropped": (facts) =>
    `${facts.model} は語彙の大きさが異なります。${named(facts)} の ${facts.found} のうち先頭 ${facts.used} だけを使います。`,
  "plan/tokens-without-rows": (facts) => {
    const among = String(facts.among).replace("chat template", "チャットテンプレート");
    const ids = String(facts.ids).replace(/ and (\d+) more/, "、ほか$1個");
    const what = `トークン ${ids}${among === "" ? "" : `（${among} を含む）`} の行がありません。${named(facts)} は${facts.other === "" ? "ほかのモデル" : facts.other} に合わせて${facts.found}行から${facts.rows}行になりますが、トークナイザは ${facts.model} のものです。`;
    if (facts.base === "") return `${what}語彙の等しいモデルか、すべてのトークンに行があるbase_modelを使ってください。`;
    return `${what}${facts.base} を base_model にしてください${facts.counts === 1 ? `（t などの値は ${facts.base} から数えることになります）` : ""}。`;
  },
  "plan/other-vocabulary": (facts) =>
    `${facts.model} のトークンは、出力がトークナイザを受け継ぐ ${facts.other} と異なります。${named(facts)} の${facts.rows}行のうち${facts.found}行が別のものを表し（${tokens(facts)}）、混ぜると雑音になります。トークナイザの等しいモデルを使うか、埋め込みと出力ヘッドを ${facts.other} だけから取ってください。`,
  "plan/some-other-tokens": (facts) =>
    `${named(facts)} の${facts.rows}行のうち${facts.found}行は、${facts.model} と、出力がトークナイザを受け継ぐ ${facts.other} とで別のトークンを表します（${tokens(facts)}）。そのまま混ぜます。`,
  "plan/unknown-vocabulary": ({ model, other, reason }) =>
    `${model} に読めるトークナイザがない${reason === "" ? "" : `（${reason}）`}ため、各行は ${other} と同じトークンを表すものとします。確かめるにはtokenizer.jsonを加えてください。`,
  "plan/tokenizer": (facts) =>
    `\`${facts.what}\` の求めるトークナイザは作る必要があり、まだ対応していません。${tokenizerReason(facts)}このキーがなければ ${facts.donor} のものを複写します。`,
  "plan/padding-kept": ({ rows, expected, tokens: used }) =>
    `埋め込みの${rows}行（トークンがあるのは${used}行）をそのまま残します。mergekitでは${expected}行になります。`,
  "plan/chat-template": ({ model, auto, count }) =>
    auto === 1
      ? `\`chat_template: auto\` は最も多くのモデル（${count}個）が持つテンプレートを選びますが、${model} のものと異なります。設定にはまだ対応していません。このキーがなければ ${model} のものを複写します。`
      : `\`chat_template\` が ${model} のテンプレートと異なります。設定にはまだ対応していません。このキーがなければ ${model} のものを複写します。`,
  "plan/dtype": (facts) => `${named(facts)} は ${facts.dtype} で、マージできません。F32かBF16に変換してください。`,
  "plan/output-dtype": (facts) =>
    `${facts.model} の ${named(facts)} は ${facts.found} で、そのままは書き出せません。レシピに \`dtype: bfloat16\` を加えてください。`,
  "plan/tied-head": ({ expected }) =>
    `出力ヘッドの有無に合わせて、config.jsonの \`tie_word_embeddings\` を ${expected} にします。`,
  "plan/vocabulary-size": ({ key, found, expected }) =>
    `config.jsonの \`${key}\` を、埋め込みの行数に合わせて ${found} から ${expected} にします。`,
  "plan/not-quantised": ({ model, key, format }) =>
    `${model} のconfig.jsonの \`${key}\`（${format}）は書き出しません。出力は量子化されていません。`,
  "plan/widened": ({ model, dtype, count }) =>
    `${model} の${count}個のテンソルは ${dtype} の符号とスケールで保存されています。符号×スケールで元の重みに戻してマージします。`,
  "plan/depth-inferred": ({ key, found, expected }) =>
    `config.jsonの \`${key}\` を、出力の層の数に合わせて ${found} から ${expected} にします。`,
  "plan/depth-unknown": ({ model, found, expected }) =>
    `出力は${expected}層ですが、${model} のconfig.jsonのどこが層の数（${found}）か分かりません。マージ後に手で直してください。`,
  "plan/no-tokenizer": ({ model }) => `${model} にトークナイザがないため、出力にも入りません。`,
  "plan/remote-code": ({ model, files }) =>
    `${model} には独自のPythonコードが必要です（${files || "config.jsonのauto_map"}）。コードは複写しません。信頼できるなら手で複写してください。`,
  "merge/weights-sum-to-zero": (facts) =>
    `weight の合計が0になり、割れません。重みを変えるか、normalize: false にしてください（${named(facts)}）。`,
  "merge/t-extrapolates": (facts) =>
    `t が0から1の外にあります。結果は二つのモデルの間ではなく、その先になります（${named(facts)}）。`,
  "merge/density-keeps-nothing": (facts) =>
    `density が小さすぎて、残る要素がありません。大きくしてください（${named(facts)}）。`,
  "merge/gamma-keeps-nothing": (facts) =>
    `gamma が小さすぎて外れ値が1つもなく、mergekit と同じく何も残らないため、ベースの値になります。gamma を大きくするか、density を1にしてください（${named(facts)}）。`,
  "merge/density-negative": (facts) => `density は確率です。0から1の間にしてください（${named(facts)}）。`,

  "recipe/no-strength": ({ method }) =>
    `${method} にはベースへ戻すパラメータがなく、テンソルは採るか採らないかのどちらかです。slices: でベースの層を使うか、task_arithmetic などベースのある手法を使ってください。`,
  "recipe/strength-base": ({ method, tensor, base }) =>
    base === ""
      ? `${method} には戻る先のベースがありません。レシピに base_model: を加えてください。`
      : `${tensor} をベースに戻せません。入力に ${base} がありません。モデルを並べる所すべてに、weightを0にして加えてください。`,
  "recipe/strength-not-expressible": () =>
    "弱めたマージをこのレシピに書けません。名前や別名ではテンソルを区別できません。*alias の所にパラメータを書き出すか、ほかの層のまとまりを選んでください。",
};

const NOT_YET: Readonly<Record<string, string>> = {
  modules: "モジュールごとのマージにはまだ対応していません。`models:` か `slices:` で書いてください。",
  lora: "モデル参照のLoRAアダプタにはまだ対応していません。先にアダプタをモデルへマージしてください。",
};

function notYet(what: string, known: string | number | undefined): string {
  return own(NOT_YET, what) ?? `手法 \`${what}\` にはまだ対応していません。使えるのは ${known} です。`;
}
