import { own } from "../../../../base/own";
import type { Translation } from "../../../../base/sentences";
import type { modelSentences, remarkSentences } from "../../../../model/failures";

/** What a file should have been. */
function kind(expected: string): string {
  return own(KINDS, expected) ?? expected;
}

const KINDS: Readonly<Record<string, string>> = {
  "a safetensors file": "safetensors",
  "a file of the tokenizer": "トークナイザのファイル",
};

const AGAIN = "そのファイルをダウンロードし直してください。";

/** Why a model cannot be opened or used, in Japanese. */
export const model: Translation<typeof modelSentences> = {
  "lm/config": ({ key, found, expected }) =>
    `config.jsonの ${key} が ${found} です（必要なのは ${expected}）。モデルの配布元からファイルを取り直してください。`,
  "model/no-config": ({ model, files }) =>
    `${model} の${files}個のファイルにconfig.jsonがなく、アーキテクチャが分かりません。config.jsonを加えるか、フォルダごと選んでください。`,
  "model/config": ({ model, file, what }) =>
    `${model} の ${file} を使えません（${what}）。ダウンロードし直してください。`,
  "model/duplicate-tensor": ({ model, tensor, first, second }) =>
    `${model} のテンソル ${tensor} が ${first} と ${second} の両方にあり、索引にもありません。ダウンロードし直してください。`,
  "model/file-too-large": ({ model, file, found, limit }) =>
    `${model} の ${file} は${found}バイトあります。読めるのは${limit}バイトまでです。モデルのファイルではありません。`,
  "model/snapshots": ({ model, found, folders }) =>
    `${model} はHubのキャッシュで、スナップショットが${found}個あり、refs/main がどれも指していません。一つを指定してください: ${folders}`,
  "model/no-files": ({ model }) =>
    `${model} には読めるファイルがありません。空のフォルダか、Hubのキャッシュのスナップショットのようにリンクだけのフォルダです（ブラウザはリンクをたどりません）。モデルをIDで追加するか、リンクの先ごとコピーして（cp -rL）ください。`,
  "model/blobs": ({ model, blobs }) =>
    `${model} はHubのキャッシュですが、読めるのは blobs/ にある名前のないファイル${blobs}個だけです。スナップショットのリンクをたどれないか、ダウンロードが終わっていません。モデルのIDで追加するか、リンク先ごと複写してください（cp -rL）。`,
  "model/subfolders": ({ model, found, folders }) =>
    `${model} の直下に重みはなく、下のフォルダーにモデルが${found}個あります。一つを指定してください: ${folders}`,
  "model/unfinished": ({ model, file }) =>
    `${model} はダウンロードの途中か、途中で切れています（${file} があります）。最後までダウンロードしてください。終わっているなら、そのファイルを消してください。`,
  "model/missing-shard": ({ model, found, expected, file }) =>
    `${model} の重みは${expected}個のファイルのうち${found}個しかありません（${file} がありません）。足りないものをダウンロードしてください。`,
  "model/pickle-only": ({ model, file }) =>
    `${model ?? "モデル"} の重みは ${file} だけです。PyTorchのファイルで読めるのは pytorch_model.bin とその分割だけです。safetensors版を使うか、transformersで変換してください。`,
  "model/fp8-without-scales": ({ model, tensor, dtype }) =>
    `${model} はfp8に量子化されていますが、${tensor}（${dtype}）のスケールがありません。符号だけでは重みになりません。足りないファイルを加えるか、量子化前のモデルを使ってください。`,
  "model/fp8-scales": ({ model, tensor, shape, scales, found, dtype }) =>
    `${model} のfp8テンソル ${tensor} ${shape} に対するスケール ${scales} ${found}（${dtype}）の対応が分かりません。全体で一つ、行ごと、ブロックごとのいずれかで、型はBF16・F16・F32である必要があります。ブロックごとならconfig.jsonに \`weight_block_size\` を書くか、量子化前のモデルを使ってください。`,
  "model/not-float": ({ tensor, dtype }) =>
    `${tensor} の型 ${dtype} では計算できません。BF16、F16、F32、F8_E4M3、F8_E5M2のいずれかへ先に変換してください。`,
  "merge/no-tensor": ({ tensor, model }) => `${model} にテンソル ${tensor} がありません。`,
  "model/quantised": ({ model, format, tensor, dtype, way }) =>
    `${model} は量子化されています（${format}）。${tensor}（${dtype}）は重みそのものではなく符号で、そのままマージや測定をすると雑音になります。量子化前のモデル（多くはモデルカードに書かれています）を使うか${way === undefined ? "、元の精度に戻し" : `、先に元の精度に戻し（${way}）`}てから加えてください。`,
  "model/adapter": ({ model, base }) =>
    `${model} はモデルではなくアダプター（LoRA）です。レシピでは \`${base}+${model}\` のようにモデルの後ろに書きます。`,
  "model/no-weights": ({ model, single, index, safetensors, files, deeper }) =>
    `${model} に重みのファイルがありません。${files}個のファイルに ${single} も ${index} もなく、ほかのsafetensorsが${safetensors}個あるだけです。${deeper === undefined ? "" : `${deeper} はありますが、同じ場所にconfig.jsonがありません。`}重みを（複数あるなら索引とともに）加えてください。`,
  "model/lfs-pointer": ({ model, file, expected, size, stated }) =>
    `${model} の ${file} は${kind(expected)}ではなくGit LFSのポインターです（${size}バイト。本体は${stated}バイト）。中身なしでクローンされています。フォルダーで \`git lfs pull\` を実行するか、ダウンロードし直してください。`,
  "model/web-page": ({ model, file, expected, size }) =>
    `${model} の ${file}（${size}バイト）は${kind(expected)}ではなくWebページです。ファイルの紹介かサインインのページが保存されています。\`resolve\` を含むアドレスから、${AGAIN}`,
  "model/text-file": ({ model, file, expected, size, begins }) =>
    `${model} の ${file}（${size}バイト）は「${begins}」で始まるテキストで、${kind(expected)}ではありません。サーバーが断った返事と思われます。${AGAIN}`,
  "model/gguf": ({ model, file, expected }) =>
    `${model} の ${file} は${kind(expected)}ではなくGGUFです。GGUFはllama.cpp用に量子化された重みで、マージできません。元のsafetensors版を使ってください。`,
  "model/pickle": ({ model, file, expected }) =>
    `${model} の ${file} は${kind(expected)}ではなくPyTorchのファイル（pickle）です。開くとコードが動きうるため読みません。safetensors版を使うか、transformersで変換してください（save_pretrained）。`,
  "model/archive": ({ model, file, expected, kind: archive }) =>
    `${model} の ${file} は${kind(expected)}ではなく書庫（${archive}）です。展開して、中のファイルを加えてください。`,
  "model/empty-file": ({ model, file, expected, zeros, size }) =>
    `${model} の ${file} は${kind(expected)}ではなく、${size}バイトの先頭${zeros}バイトがすべて0です。ダウンロードが場所を取ったまま終わっていません。${AGAIN}`,
  "lm/unsupported": ({ key, found, expected }) =>
    `このモデルの ${key} は ${found} ですが、ここで動かせるのは ${expected} です。マージはできますが、測定はできません。`,
};

/** Why a model cannot be opened or used, in Japanese. */
export const remarks: Translation<typeof remarkSentences> = {
  "model/snapshot-used": ({ model, folder }) =>
    `${model} はHubのキャッシュのフォルダーです。スナップショット ${folder} を使います。`,
  "model/names-mended": ({ model, changed, tensors, from, to }) =>
    `${model} の${tensors}個のテンソルのうち${changed}個の名前がアーキテクチャと異なるため、\`${from}\` を \`${to}\` とするように読み替えます。`,
  "model/subfolder-used": ({ model, folder }) => `${model} のモデルは ${folder} にあります。そのフォルダーを使います。`,
};
