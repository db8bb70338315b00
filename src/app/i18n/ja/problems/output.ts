import type { Translation } from "../../../../base/sentences";
import type { outputSentences } from "../../../../recipe/problems/output";

/** What the output gets, and what it does not, in Japanese. */
export const output: Translation<typeof outputSentences> = {
  "plan/layer-rule-written": ({ keys, layers, found }) =>
    `このアーキテクチャは層の種類を番号で決めており、slicesが層を動かすと出力の層 ${layers} がもとと違う種類になります。config.jsonの ${keys} に層ごとの種類を書きます（transformersが読む形です）。番号だけを見るプログラムでは、この${found}層が正しく動きません。`,
  "plan/layer-lists": ({ keys, layers }) =>
    `config.jsonの ${keys} をslicesに合わせます。${layers}層のどれも、もとのモデルでの種類のままです。`,
  "plan/layer-view": ({ key, layers, first, found, expected }) =>
    `\`${key}\` は層の種類を番号で決め、層を並べ替えたことを書くキーがありません。出力の層 ${layers} が変わります（層 ${first} はもとでは ${expected}、出力では ${found}）。周期のそろう範囲を選ぶか、モデルのコードを直してください。`,
  "plan/layer-kind": ({ key, model, layers, first, found, expected }) =>
    `${model} の \`${key}\` は層の種類を番号で決めますが、slicesは層 ${layers} を別の種類の番号に置いています。層 ${first} は ${expected} なのに ${found} として読み込まれます。周期のそろう範囲を選んでください。`,
  "plan/unlike-kinds": ({ key, model, other, layers, found, expected, runs }) =>
    `種類の違う層どうしをマージしています（\`${key}\`）。出力の層 ${layers} では、${model} の ${expected} と ${other} の ${found} が重なります。${runs === "yes" ? `出力では ${expected} として動きます。` : "このような層はテンソルも異なります。種類のそろう範囲を選んでください。"}`,
  "plan/layer-list-missing": ({ key, model, other }) =>
    `${other} のconfig.jsonの \`${key}\` は層ごとに値を持ちますが、${model} にはそのリストがなく、出力のリストを作れません。${model} のconfig.jsonに加えるか、リストのないモデルをbase_modelにしてください。`,
  "plan/depth-unknown": ({ model, found, expected }) =>
    `出力は${expected}層ですが、${model} のconfig.jsonのどこが層の数（${found}）か分かりません。マージ後に手で直してください。`,
  "plan/depth-inferred": ({ key, found, expected }) =>
    `config.jsonの \`${key}\` を、出力の層の数に合わせて ${found} から ${expected} にします。`,
  "plan/behind-count": ({ key, found }) =>
    `該当する部分を書き出さないため、config.jsonの \`${key}\` を ${found} から 0 にします。`,
  "plan/vocabulary-size": ({ key, found, expected }) =>
    `config.jsonの \`${key}\` を、埋め込みの行数に合わせて ${found} から ${expected} にします。`,
  "plan/tied-head": ({ expected }) =>
    expected === "true"
      ? "独立した出力ヘッドを持つモデルがないため、config.jsonの `tie_word_embeddings` を true にします。"
      : "独立した出力ヘッドを持つモデルがあるため、それを書き出し、config.jsonの `tie_word_embeddings` を false にします。",
  "plan/widened": ({ model, count, dtype }) =>
    `${model} の${count}個のテンソルは ${dtype} の符号とスケールで保存されています。符号×スケールで元の重みに戻してマージします。`,
  "plan/not-quantised": ({ model, key, format }) =>
    `${model} のconfig.jsonの \`${key}\`（${format}）は書き出しません。出力は量子化されていません。`,
  "plan/no-tokenizer": ({ model }) =>
    `${model} にトークナイザのファイルがないため、出力にも入りません。モデルのフォルダに加えてください。`,
  "plan/remote-code": ({ model, files }) =>
    `${model} には独自のPythonコードが必要です（${files || "config.jsonの `auto_map`"}）。コードは複写しません。信頼できるなら手で複写してください。`,
};
