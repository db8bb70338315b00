import type { FactSentence } from "../../factSentence";

/** What goes wrong when models are run and measured, in Japanese, by the error's code. */
export const measuringJa: Readonly<Record<string, FactSentence>> = {
  "eval/nothing-scored": ({ prompts }) =>
    `${prompts}件のプロンプトのどれにもトークンが二つないため、予測する次のトークンがありません。長いプロンプトを加えてください。`,
  "eval/other-tokens": ({ found, prompts }) =>
    `${prompts}件のプロンプトのうち${found}件で、ベースのトークンの切り方がモデルと違うため、ダイバージェンスを測れません。1バイトあたりのビット数で比べるか、同じトークナイザのベースを選んでください。`,
  "eval/positions": ({ found }) =>
    `「${found}」は位置の指定になりません。all、last、tail:8（最後の8個）、stride:4（4個ごと）のように書いてください。`,

  "guard/stopped": ({ group, ratio, cap }) =>
    `ガードが ${group} でマージを止めました。パープレキシティがベースの${ratio}倍になり、上限の${cap}倍を超えました。何も書き込んでいません。weightを下げるか、ベースに戻す設定にしてください。`,
  "guard/stopped-whole": ({ base, ratio, cap }) =>
    `ガードがマージを止めました。パープレキシティが ${base} の${Number(ratio).toPrecision(4)}倍で、上限は${cap}倍です。何も書き込んでいません。別の層を使うか、上限を上げるか、「知らせる」にしてください。`,
  "guard/not-finite": ({ group, tensor, found }) =>
    `ガードが ${group} でマージを止めました。${tensor} にNaNかInfが${found}個あります。何も書き込んでいません。壊れたモデル（weightを下げても直りません）や、大きすぎるweightがないか確かめてください。`,
  "guard/other-shape": ({ expected, found }) =>
    `ガードはベースの層にマージ後の層を重ねるため、形が同じでなければなりません。ベースは ${expected}、マージは ${found} です。同じ形のベースを選ぶか、ガードなしでマージしてください。`,
  "guard/not-expressible": ({ code }) =>
    `ガードはこのマージの一部を元に戻せません（${code}）。ベースのある手法を使うか、ガードなしでマージしてください。`,

  "lm/architecture": ({ found, known }) =>
    `config.jsonの ${found} を動かす方法がここにはありません（使えるのは ${known}）。マージはできますが、測定はできません。`,
  "lm/unsupported": ({ key, found, expected }) =>
    `このモデルの ${key} は ${found} ですが、ここで動かせるのは ${expected} です。マージはできますが、測定はできません。`,
  "lm/config": ({ key, found, expected }) =>
    `config.jsonの ${key} が ${found} です（必要なのは ${expected}）。モデルの配布元からファイルを取り直してください。`,
  "lm/no-tensor": ({ tensor }) =>
    `config.jsonが求めるテンソル ${tensor} がモデルにありません。重みとconfig.jsonの組み合わせを確かめてください。`,
  "lm/shape": ({ tensor, found, expected }) =>
    `${tensor} の形状は ${found} ですが、config.jsonでは ${expected} です。重みとconfig.jsonの組み合わせを確かめてください。`,
  "lm/mixed-types": ({ tensor, found, expected }) =>
    `${tensor} の型は ${found} ですが、まとめて読む隣のテンソルは ${expected} です。先に一つの型へ変換してください。`,
  "lm/too-large": ({ tensor, needed, limit }) =>
    `${tensor} はデバイスで${needed}バイト必要ですが、このデバイスが一度に見せられるのは${limit}バイトです。上限の大きなデバイスを使ってください。`,
  "lm/too-long": ({ text, found, limit }) =>
    `${text}番目の文は${found}トークンありますが、このモデルに通せるのは${limit}トークンまでです。短くしてください。`,
  "lm/no-tokens": ({ text }) =>
    `${text}番目の文にトークンがありません。少なくとも一つ必要です。その文を外してください。`,
  "lm/token": ({ text, found, vocabulary }) =>
    `${text}番目の文のトークン ${found} は、このモデルの語彙（${vocabulary}個）にありません。このモデルのトークナイザを使ってください。`,
  "lm/activations": ({ found, expected }) =>
    `モデルの行の幅は${expected}ですが、幅${found}の行が渡されました。交代で使えるのは同じ形のモデルだけです。`,

  "tokenizer/missing": ({ folder, file }) =>
    `${folder} に ${file} がないため、文をトークンにできません。ファイルを加えてください（transformersのsave_pretrainedが書き出します）。`,
  "tokenizer/broken": ({ folder, file, found }) =>
    `${folder} の ${file} を使えません（${found}）。ダウンロードし直してください。`,
  "tokenizer/too-large": ({ folder, file, found, limit }) =>
    `${folder} の ${file} は${found}バイトあります。読めるのは${limit}バイトまでです。トークナイザのファイルではないようです。ダウンロードし直してください。`,
  "tokenizer/too-much": ({ characters }) =>
    `${characters}文字の文で、トークナイザが上限を超えて動こうとしたため止めました。tokenizer.jsonを別の所から取るか、文を短く分けてください。`,
  "template/broken": ({ found }) =>
    `チャットテンプレートを読めません（${found}）。モデルのフォルダで直すか、テンプレートを切ってください。`,
  "template/failed": ({ found }) =>
    `チャットテンプレートをこの会話に使えません（${found}）。テンプレートを切ると、文をそのまま渡せます。`,
  "template/refused": ({ found }) =>
    `チャットテンプレートがこの会話を受け付けません（${found}）。文を変えるか、テンプレートを切ってください。`,
  "template/too-large": ({ found, limit }) =>
    `チャットテンプレートの大きさが${found}あります。読めるのは${limit}までです。テンプレートを切ってください。`,
  "template/too-much": ({ limit }) =>
    `チャットテンプレートが上限（${limit}）を超えて動こうとしたため止めました。テンプレートを切るか、モデルを別の所から取ってください。`,

  "prompts/not-json": ({ found }) =>
    `JSONオブジェクトが1行に一つ必要ですが、${found} があります。プロンプトを1行ずつ {} に入れてください。`,
  "prompts/broken-json": () =>
    "JSONの配列かオブジェクトとして始まっていますが、この行から先を読めません。抜けているコンマ・引用符・括弧を直すか、プロンプトを1行ずつ書いてください。",
  "prompts/no-text": ({ expected, found }) =>
    `プロンプトの項目（${expected} のどれか）が必要ですが、${found} しかありません。項目の名前を変えてください。`,
  "prompts/wrong-field": ({ field, expected, found }) =>
    `項目 ${field} には ${expected} が必要ですが、${found} があります。直すか、項目を外してください。`,
  "prompts/empty": () => "プロンプトの文が空です。文を書くか、行を消してください。",
  "prompts/null": ({ field }) => `${field} の文がnullです。文を書くか、その項目を外してください。`,
  "prompts/tool-call": ({ turn }) =>
    `会話の${turn}番目は文ではなくツールの呼び出しです。ここではツールを動かしません。その手前で会話を終えるか、その会話を外してください。`,
  "prompts/part": ({ found, turn }) =>
    `会話の${turn}番目に種類 ${found} の部分があります。測れるのは文だけです。その部分か会話を外してください。`,
  "prompts/too-long": ({ found, limit }) =>
    `このプロンプトは${found}文字あります。使えるのは${limit}文字までです。いくつかに分けてください。`,
  "prompts/no-gold": ({ choices, found }) =>
    `${choices}個の選択肢のどれが正しいかが必要ですが、${found} があります。項目 gold に、文・記号・0からの番号のいずれかで書いてください。`,
  "prompts/few-choices": ({ found }) =>
    `選択肢が二つ以上必要ですが、${found}個です。誤りの選択肢を加えるか、正解を answer に書いてください。`,
  "prompts/columns": ({ found, expected }) =>
    `見出しと同じ${expected}個の値が必要ですが、この行には${found}個あります。カンマや改行を含む値は引用符で囲んでください。`,
  "prompts/open-quote": () =>
    'この行で始まる引用符が閉じていません。閉じてください。値の中の引用符は "" と二つ書きます。',
  "prompts/too-many": ({ limit }) =>
    `プロンプトが${limit}件を超えるため、ここから先は使いません。測定には数百件で足ります。`,
  "prompts/too-large": ({ found, limit }) =>
    `テキストが${found}文字あります。読めるのは${limit}文字までです。一部だけにしてください。`,
  "prompts/file-too-large": ({ file, found, limit }) =>
    `${file} は${found}バイトあります。読めるのは${limit}バイトまでです。一部だけにしてください。測定には数百件で足ります。`,
  "prompts/not-utf8": ({ file }) => `${file} はUTF-8のテキストではありません。UTF-8で保存し直して追加してください。`,
  "prompts/more": ({ count }) => `ここから先、さらに${count}か所が使えません。上の行を手がかりにしてください。`,
};
