import type { Language } from "../../../state/settings";

/** What is said of the output's tokenizer and files, in one language. */
interface OutputWords {
  readonly tokenizer: string;
  readonly sources: { readonly copied: string; readonly union: string; readonly base: string };
  /** What each of these does; the last of a model by its name. */
  readonly help: { readonly copied: string; readonly union: string; readonly base: string; readonly model: string };
  readonly padding: string;
  readonly paddingHelp: string;
  readonly tokens: (count: number) => string;
  readonly template: string;
  readonly templates: { readonly own: string; readonly auto: string; readonly text: string };
  readonly templateHelp: { readonly own: string; readonly auto: string; readonly name: string; readonly text: string };
  readonly files: (count: number) => string;
  readonly file: {
    readonly made: string;
    readonly of: (model: string) => string;
    readonly changed: (model: string) => string;
  };
  readonly weights: string;
}

export const OUTPUT_WORDS: Readonly<Record<Language, OutputWords>> = {
  en: {
    tokenizer: "Tokenizer",
    sources: { copied: "copied", union: "union of all models", base: "of the base, rows follow" },
    help: {
      copied: "The base's files are copied and rows are merged as they lie. For models of one tokenizer.",
      union:
        "The base's tokens, and behind them those that others add. Rows are matched by token; one that a single model has survives any merge.",
      base: "The base's tokens that have rows. Rows of the others are matched by token, and their own tokens are left.",
      model: "This model's tokens. Rows of all others are matched by token.",
    },
    padding: "Pad rows to a multiple of",
    paddingHelp: "Rows beyond the tokens are the mean of all others. 64 suits most hardware.",
    tokens: (count) =>
      `${count} ${count === 1 ? "token has a source" : "tokens have sources"} of their own, set in the text.`,
    template: "Chat template",
    templates: { own: "the tokenizer's", auto: "auto: most models'", text: "text in the recipe" },
    templateHelp: {
      own: "Copied with the tokenizer.",
      auto: "The template that most of the models have.",
      name: "Written into chat_template.jinja and tokenizer_config.json. Its special tokens must be in the tokenizer.",
      text: "The template stands in the recipe's text.",
    },
    files: (count) => `Files of the output (${count} besides the weights)`,
    file: { made: "made", of: (model) => `from ${model}`, changed: (model) => `from ${model}, changed` },
    weights: "and the weights, an index where there are several files, and a model card",
  },
  ja: {
    tokenizer: "トークナイザ",
    sources: { copied: "複写", union: "全モデルの和", base: "ベースに合わせる" },
    help: {
      copied: "ベースのファイルを複写し、行は並びのままマージします。トークナイザの等しいモデル向けです。",
      union:
        "ベースのトークンの後ろに、ほかのモデルだけのトークンを加えます。行はトークンごとに対応させ、1つのモデルだけが持つ行はどのマージでも残ります。",
      base: "ベースの、行のあるトークンだけにします。ほかのモデルの行はトークンごとに対応させ、ベースにないトークンは除きます。",
      model: "このモデルのトークンにします。ほかのモデルの行はトークンごとに対応させます。",
    },
    padding: "行数をそろえる倍数",
    paddingHelp: "トークンより後ろの行は、ほかの行の平均です。多くのハードウェアでは64が適しています。",
    tokens: (count) => `${count}個のトークンに行の出所が指定されています（テキストで編集）。`,
    template: "チャットテンプレート",
    templates: { own: "トークナイザのもの", auto: "auto（最も多いもの）", text: "レシピ内のテキスト" },
    templateHelp: {
      own: "トークナイザとともに複写します。",
      auto: "最も多くのモデルが持つテンプレートを使います。",
      name: "chat_template.jinjaとtokenizer_config.jsonに書きます。特殊トークンはトークナイザに必要です。",
      text: "テンプレートはレシピのテキストにあります。",
    },
    files: (count) => `出力のファイル（重みのほかに${count}個）`,
    file: { made: "作成", of: (model) => `${model} から`, changed: (model) => `${model} から（変更あり）` },
    weights: "このほかに重み、分割した場合の索引、モデルカード",
  },
};
