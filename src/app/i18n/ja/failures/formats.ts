import type { Translation } from "../../../../base/sentences";
import type { safetensorsSentences } from "../../../../formats/failures";

const AGAIN = "もう一度ダウンロードか書き出しをしてください。";

/** A safetensors file that breaks a rule. */
function broken(name: string, what: string): string {
  return `${name} を読めません。${what}${AGAIN}`;
}

/** An index of shards that does not fit its folder. */
function unusable(index: string, what: string): string {
  return `${index} を使えません。${what}${AGAIN}`;
}

/** What stands before a tensor. */
function other(before: string | undefined): string {
  return before === undefined ? "ヘッダー" : `テンソル ${before} `;
}

/** Files that break a rule of their format, in Japanese. */
export const formats: Translation<typeof safetensorsSentences> = {
  "safetensors/too-small": ({ name, size, needed }) =>
    broken(name, `${size}バイトしかなく、ヘッダーの長さ（${needed}バイト）も入りません。`),
  "safetensors/header-too-large": ({ name, found, limit }) =>
    broken(name, `ヘッダーが${found}バイトあると書かれていますが、上限は${limit}バイトです。`),
  "safetensors/header-truncated": ({ name, end, size }) =>
    broken(name, `ヘッダーは${end}バイト目までのはずが、ファイルは${size}バイトです。`),
  "safetensors/not-utf8": ({ name, bytes }) => broken(name, `${bytes}バイトのヘッダーがUTF-8ではありません。`),
  "safetensors/not-json": ({ name, bytes }) =>
    broken(name, `${bytes}バイトのヘッダーがJSONのオブジェクトではありません。`),
  "safetensors/header-excess": ({ name, found }) =>
    broken(name, `ヘッダーの入れ子か値の数が多すぎて、モデルのものではありません（${found}）。`),
  "safetensors/duplicate-name": ({ name, tensor }) =>
    name === undefined
      ? `名前 ${tensor} のテンソルは二つ書けません。別の名前にしてください。`
      : broken(name, `名前 ${tensor} が二度あります。`),
  "safetensors/bad-metadata": ({ name, key, found }) =>
    broken(
      name,
      key === undefined
        ? "__metadata__ が文字列の表ではありません。"
        : `__metadata__ の「${key}」の値が文字列ではなく ${found} です。`,
    ),
  "safetensors/long-name": ({ name, tensor, found, limit }) =>
    broken(name, `テンソル名（${tensor}…）が${found}文字あります。${limit}文字までです。`),
  "safetensors/bad-entry": ({ name, tensor, from, to }) =>
    broken(
      name,
      from === undefined
        ? `テンソル ${tensor} に、始まりと終わりのバイト位置（0から2^53の整数二つ）がありません。`
        : `テンソル ${tensor} の始まり（${from}バイト目）が、終わり（${to}バイト目）より後にあります。`,
    ),
  "safetensors/unknown-dtype": ({ name, tensor, found, known }) =>
    broken(
      name,
      `テンソル ${tensor} の型 ${found} が不明です（分かるのは ${known}）。量子化の型であれば、量子化前のモデルを使ってください。`,
    ),
  "safetensors/bad-shape": ({ name, tensor, found, axes, limit }) =>
    broken(
      name,
      axes === undefined
        ? `テンソル ${tensor} の形状に、0以上の整数ではない「${found}」があります。`
        : `テンソル ${tensor} の軸が${axes}本あります。${limit}本までです。`,
    ),
  "safetensors/too-large": ({ name, tensor }) => broken(name, `テンソル ${tensor} が大きすぎます（2^53バイト超）。`),
  "safetensors/wrong-size": ({ name, tensor, dtype, shape, expected, found }) =>
    broken(name, `テンソル ${tensor}（${dtype}、形状 ${shape}）は${expected}バイトのはずが、${found}バイトです。`),
  "safetensors/truncated": ({ name, tensor, end, size }) =>
    broken(
      name,
      `ヘッダーによれば${end}バイトのはずが、ファイルは${size}バイトです。途中で切れていて、テンソル ${tensor} がそろっていません。`,
    ),
  "safetensors/overlap": ({ name, tensor, start, end, before }) =>
    broken(
      name,
      `テンソル ${tensor} が${start}バイト目から始まり、${other(before)}（${end}バイト目まで）と重なります。`,
    ),
  "safetensors/gap": ({ name, tensor, start, end, before }) =>
    broken(
      name,
      `テンソル ${tensor} は${start}バイト目から、その前の${other(before)}は${end}バイト目までで、間のバイトがどこにも属しません。`,
    ),
  "safetensors/trailing-bytes": ({ name, end, size }) =>
    broken(name, `最後のテンソルは${end}バイト目までですが、ファイルは${size}バイトあります。`),

  "safetensors/index-excess": ({ index, found }) =>
    unusable(index, `入れ子か値の数が多すぎて、モデルのものではありません（${found}）。`),
  "safetensors/index-not-json": ({ index, characters }) =>
    unusable(index, `${characters}文字ありますが、JSONではありません。`),
  "safetensors/index-duplicate-name": ({ index, tensor }) => unusable(index, `名前 ${tensor} が二度あります。`),
  "safetensors/index-weight-map": ({ index, tensor, found }) =>
    unusable(
      index,
      tensor === undefined
        ? "テンソル名からファイル名への weight_map がありません。"
        : `${tensor} のファイルが文字列ではなく ${found} です。`,
    ),
  "safetensors/index-path": ({ index, tensor, file }) =>
    unusable(index, `${tensor} のファイル「${file}」がフォルダの外を指しています。`),
  "safetensors/index-missing-shard": ({ index, file, files, missing }) =>
    unusable(index, `${files}個のファイルのうち${missing}個がありません（${file} など）。`),
  "safetensors/index-missing-tensor": ({ index, file, tensor, expected, missing }) =>
    unusable(index, `${file} にあるはずの${expected}個のテンソルのうち${missing}個がありません（${tensor} など）。`),
};
