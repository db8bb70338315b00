import type { Translation } from "../../../../base/sentences";
import type { ArchiveFault, PickleFault, TensorFault, torchSentences } from "../../../../formats/torch/failures";

const ARCHIVE: Readonly<Record<ArchiveFault, string>> = {
  "no-end": "PyTorchの書庫の終わりにあるはずの目次がなく、途中で切れています",
  outside: "目次がファイルの外を指していて、途中で切れています",
  "too-large": "目次が大きすぎて、モデルのものではありません",
  entry: "目次の項目が壊れています",
  duplicate: "目次に同じ名前が二度あります",
  compressed: "項目が圧縮されています。PyTorchは圧縮しないので、別のプログラムが詰め直したものです",
  encrypted: "項目が暗号化されています",
  local: "項目が目次の示す所にありません",
};

const PICKLE: Readonly<Record<PickleFault, string>> = {
  end: "途中で終わっています",
  stack: "置いた数より多くの値を取り出しています",
  memo: "置いていない値を求めています",
  value: "PyTorchが書くものと種類の違う値があります",
  text: "UTF-8でない文字列があります",
  bytes: "モデルのものとしては長すぎます",
  trailing: "終わりの後に続きがあります",
};

const TENSOR: Readonly<Record<TensorFault, string>> = {
  outside: "は、格納された数値の外にはみ出しています",
  shape: "の形状は、テンソルのものではありません",
  kind: "は、ここでは読めない種類の数値です",
  "no-storage": "の数値がファイルにありません",
  "too-large": "が大きすぎます（2^53バイト超）",
  name: "の名前が長すぎます",
};

const INSTEAD = "もう一度ダウンロードするか、transformersで変換してください（save_pretrained）。";
const STATE_DICT = "state_dictだけを保存してください。";

/** Why a file of PyTorch is not read, in Japanese. */
export const torch: Translation<typeof torchSentences> = {
  "torch/archive": ({ name, what, entry }) =>
    `${name} を読めません。${ARCHIVE[what]}${entry === undefined ? "" : `（${entry}）`}。${INSTEAD}`,
  "torch/no-tensors": ({ name, found }) =>
    found === "program"
      ? `${name} はPyTorchで保存されたプログラム（TorchScript）で、モデルの重みではありません。重みのファイルを使ってください。`
      : `${name} は${found === "archive" ? "zip書庫" : "ファイル"}ですが、PyTorchのテンソルが入っていません。モデルの pytorch_model.bin かsafetensors版を使ってください。`,
  "torch/calls": ({ name, found }) =>
    found.startsWith("torch.")
      ? `${name} に「${found}」があります。ただのテンソルではない（モジュール全体、量子化、疎、複素数など）ため、読みません。state_dictを普通の数値で保存してください。`
      : `${name} は、開くときに「${found}」を呼び出すように作られています。重みにそれは要らず、ここでは何も実行しないため、読みません。safetensors版か、信頼できる人のものを使ってください。`,
  "torch/opcode": ({ name, opcode, at }) =>
    `${name} の説明の${at}バイト目に、PyTorchがテンソルには書かない命令 ${opcode} があります。何も実行せず、読みません。safetensors版を使ってください。`,
  "torch/pickle": ({ name, what, at }) =>
    `${name} を読めません。テンソルの説明が${at}バイト目で壊れています（${PICKLE[what]}）。${INSTEAD}`,
  "torch/not-a-tensor": ({ name, key, found }) =>
    key === undefined
      ? `${name} の中身は、名前とテンソルの対応表ではありません（${found}）。${STATE_DICT}`
      : `${name} の「${key}」にあるのはテンソルではありません（${found}）。モデルではなく、学習の途中経過です。${STATE_DICT}`,
  "torch/tensor": ({ name, tensor, what, found }) =>
    `${name} を読めません。テンソル ${tensor} ${TENSOR[what]}（${found}）。${INSTEAD}`,
  "torch/byte-order": ({ name, found }) =>
    `${name} を読めません。数値のバイト順が「${found}」です。読めるのは「little」だけです。${INSTEAD}`,
};
