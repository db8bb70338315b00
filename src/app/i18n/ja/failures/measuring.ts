import type { Translation } from "../../../../base/sentences";
import type { evalSentences, promptSentences } from "../../../../eval/failures";

/** Why nothing can be measured, in Japanese. */
export const measuring: Translation<typeof evalSentences> = {
  "eval/other-tokens": ({ found, prompts }) =>
    `${prompts}件のプロンプトのうち${found}件で、ベースのトークンの切り方がモデルと違うため、ダイバージェンスを測れません。1バイトあたりのビット数で比べるか、同じトークナイザのベースを選んでください。`,
  "guard/other-shape": ({ expected, found }) =>
    `ガードはベースの層にマージ後の層を重ねるため、形が同じでなければなりません。ベースは ${expected}、マージは ${found} です。同じ形のベースを選ぶか、ガードなしでマージしてください。`,
  "eval/nothing-scored": ({ prompts }) =>
    `${prompts}件のプロンプトのどれにもトークンが二つないため、予測する次のトークンがありません。長いプロンプトを加えてください。`,
  "eval/positions": ({ found }) =>
    `「${found}」は位置の指定になりません。all、last、tail:8（最後の8個）、stride:4（4個ごと）のように書いてください。`,
};

/** Why nothing can be measured, in Japanese. */
export const prompts: Translation<typeof promptSentences> = {
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
  "prompts/more": ({ count }) => `ここから先、さらに${count}か所が使えません。上の行を手がかりにしてください。`,
};
