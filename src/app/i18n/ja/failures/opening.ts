import type { FactSentence } from "../../factSentence";

const AGAIN = "そのファイルをダウンロードし直してください。";

/** Why a model could not be opened, in Japanese, by the error's code. */
export const openingFailuresJa: Readonly<Record<string, FactSentence>> = {
  "model/lfs-pointer": ({ model, file, size, stated }) =>
    `${model} の ${file} はGit LFSのポインターです（${size}バイト。本体は${stated}バイト）。中身なしでクローンされています。フォルダーで \`git lfs pull\` を実行するか、ダウンロードし直してください。`,
  "model/web-page": ({ model, file, size }) =>
    `${model} の ${file}（${size}バイト）は重みではなくWebページです。ファイルの紹介かサインインのページが保存されています。\`resolve\` を含むアドレスから、${AGAIN}`,
  "model/text-file": ({ model, file, size, begins }) =>
    `${model} の ${file}（${size}バイト）は「${begins}」で始まるテキストで、重みではありません。サーバーが断った返事と思われます。${AGAIN}`,
  "model/gguf": ({ model, file }) =>
    `${model} の ${file} はGGUFです。GGUFはllama.cpp用に量子化された重みで、マージできません。元のsafetensors版を使ってください。`,
  "model/pickle": ({ model, file }) =>
    `${model} の ${file} はPyTorchのファイル（pickle）です。開くとコードが動きうるため読みません。safetensors版を使うか、transformersで変換してください（save_pretrained）。`,
  "model/archive": ({ model, file, kind }) =>
    `${model} の ${file} は書庫（${kind}）です。展開して、中のファイルを加えてください。`,
  "model/empty-file": ({ model, file, size }) =>
    `${model} の ${file}（${size}バイト）は中身が0だけです。ダウンロードが場所を取ったまま終わっていません。${AGAIN}`,
  "model/unfinished": ({ model, file }) =>
    `${model} はダウンロードの途中か、途中で切れています（${file} があります）。最後までダウンロードしてください。終わっているなら、そのファイルを消してください。`,
  "model/adapter": ({ model, base }) =>
    `${model} はモデルではなくアダプター（LoRA）です。レシピでは \`${base}+${model}\` のようにモデルの後ろに書きますが、アダプターの適用にはまだ対応していません。先にモデルへマージし（peftのmerge_and_unload）、その結果を指定してください。`,
  "model/snapshots": ({ model, found, folders }) =>
    `${model} はHubのキャッシュで、スナップショットが${found}個あり、refs/main がどれも指していません。一つを指定してください: ${folders}`,
  "model/blobs": ({ model, blobs }) =>
    `${model} はHubのキャッシュですが、読めるのは blobs/ にある名前のないファイル${blobs}個だけです。スナップショットのリンクをたどれないか、ダウンロードが終わっていません。モデルのIDで追加するか、リンク先ごと複写してください（cp -rL）。`,
  "model/subfolders": ({ model, found, folders }) =>
    `${model} の直下に重みはなく、下のフォルダーにモデルが${found}個あります。一つを指定してください: ${folders}`,
  "model/missing-shard": ({ model, found, expected, file }) =>
    `${model} の重みは${expected}個のファイルのうち${found}個しかありません（${file} がありません）。足りないものをダウンロードしてください。`,
};

/** What was put right when a model was opened. */
export const openingRemarksJa: Readonly<Record<string, FactSentence>> = {
  "model/snapshot-used": ({ model, folder }) =>
    `${model} はHubのキャッシュのフォルダーです。スナップショット ${folder} を使います。`,
  "model/subfolder-used": ({ model, folder }) => `${model} のモデルは ${folder} にあります。そのフォルダーを使います。`,
  "model/names-mended": ({ model, changed, tensors, from, to }) =>
    `${model} の${tensors}個のテンソルのうち${changed}個の名前がアーキテクチャと異なるため、\`${from}\` を \`${to}\` とするように読み替えます。`,
  "plan/other-prefix": ({ model, other, found, expected }) =>
    `${model} のテンソル名は「${found}」で、${other} では「${expected}」で始まります。同じ重みとして扱います。`,
};
