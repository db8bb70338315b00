import type { Translation } from "../../../../base/sentences";
import type { lmSentences } from "../../../../lm/failures";
import type { tokenSentences } from "../../../../tokens/failures";

/** Why a model cannot be run: its weights, its tokenizer, its chat template. In Japanese. */
export const running: Translation<typeof lmSentences> = {
  "template/broken": ({ found }) =>
    `チャットテンプレートを読めません（${found}）。モデルのフォルダで直すか、テンプレートを切ってください。`,
  "template/failed": ({ found }) =>
    `チャットテンプレートをこの会話に使えません（${found}）。テンプレートを切ると、文をそのまま渡せます。`,
  "template/too-large": ({ what, found, limit }) =>
    `チャットテンプレートの大きさが${found}（${what}）あります。読めるのは${limit}までです。テンプレートを切ってください。`,
  "template/too-much": ({ what, limit }) =>
    `チャットテンプレートが上限（${limit} ${what}）を超えて動こうとしたため止めました。テンプレートを切るか、モデルを別の所から取ってください。`,
  "template/refused": ({ found }) =>
    `チャットテンプレートがこの会話を受け付けません（${found}）。文を変えるか、テンプレートを切ってください。`,
  "lm/no-tokens": ({ text }) =>
    `${text}番目の文にトークンがありません。少なくとも一つ必要です。その文を外してください。`,
  "lm/token": ({ text, found, vocabulary }) =>
    `${text}番目の文のトークン ${found} は、このモデルの語彙（${vocabulary}個）にありません。このモデルのトークナイザを使ってください。`,
  "lm/too-long": ({ text, found, limit }) =>
    `${text}番目の文は${found}トークンありますが、このモデルに通せるのは${limit}トークンまでです。短くしてください。`,
  "lm/activations": ({ found, expected }) =>
    `モデルの行の幅は${expected}ですが、幅${found}の行が渡されました。交代で使えるのは同じ形のモデルだけです。`,
  "lm/architecture": ({ found, known }) =>
    `config.jsonの ${found} を動かす方法がここにはありません（使えるのは ${known}）。マージはできますが、測定はできません。`,
  "lm/mixed-types": ({ tensor, found, expected }) =>
    `${tensor} の型は ${found} ですが、まとめて読む隣のテンソルは ${expected} です。先に一つの型へ変換してください。`,
  "lm/no-tensor": ({ tensor }) =>
    `config.jsonが求めるテンソル ${tensor} がモデルにありません。重みとconfig.jsonの組み合わせを確かめてください。`,
  "lm/too-large": ({ tensor, needed, limit }) =>
    `${tensor} はデバイスで${needed}バイト必要ですが、このデバイスが一度に見せられるのは${limit}バイトです。上限の大きなデバイスを使ってください。`,
  "lm/shape": ({ tensor, found, expected }) =>
    `${tensor} の形状は ${found} ですが、config.jsonでは ${expected} です。重みとconfig.jsonの組み合わせを確かめてください。`,
};

/** Why a model cannot be run: its weights, its tokenizer, its chat template. In Japanese. */
export const tokens: Translation<typeof tokenSentences> = {
  "tokenizer/too-large": ({ folder, file, found, limit }) =>
    `${folder} の ${file} は${found}バイトあります。読めるのは${limit}バイトまでです。トークナイザのファイルではないようです。ダウンロードし直してください。`,
  "tokenizer/broken": ({ folder, file, found }) =>
    `${folder} の ${file} を使えません（${found}）。ダウンロードし直してください。`,
  "tokenizer/too-much": ({ found, characters }) =>
    `${characters}文字の文で、トークナイザが上限を超えて動こうとしたため止めました（${found}）。tokenizer.jsonを別の所から取るか、文を短く分けてください。`,
  "tokenizer/missing": ({ folder, file }) =>
    `${folder} に ${file} がないため、文をトークンにできません。ファイルを加えてください（transformersのsave_pretrainedが書き出します）。`,
};
