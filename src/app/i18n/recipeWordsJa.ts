import { own } from "../../base/own";
import type { FactSentence } from "./factSentence";

const FOREIGN: Readonly<Record<string, string>> = {
  mixture:
    "これはmergekit-moeのレシピです。複数のモデルを専門家として並べるもので、重みのマージとは別です。ここでは作れません。mergekit-moeを使うか、重みをマージするなら `merge_method:` と `models:` を書いてください。",
  evolve: "これはレシピを探すmergekit-evolveの設定です。ここでは実行できません。見つかったレシピを貼り付けてください。",
  multi:
    "これはmergekit-multiの設定で、互いの結果を使う複数のレシピが一つのファイルにあります。ここでは一つずつマージします。一つだけ残し、ほかはその結果を使って後で実行してください。",
  card: "これはモデルカードの先頭で、レシピではありません。カードの下の方にあるYAMLのブロックを貼り付けてください。",
  adapter: "これは学習かアダプターの設定で、レシピではありません。`merge_method:` と `models:` を書いてください。",
};

/** What recipes say with the wrong words or in the wrong place, in Japanese, by the problem's code. */
export const recipeWordsJa: Readonly<Record<string, FactSentence>> = {
  "recipe/wide-mark": ({ found, codePoint, meant, count }) =>
    `全角などの記号 \`${found}\`（${codePoint}）はYAMLでは文字として扱われます。\`${meant}\` に直してください。${count === 1 ? "" : `同じような記号がレシピに${count}個あります。`}`,
  "recipe/fence": () => "``` の行はMarkdownの囲みで、レシピの一部ではありません。囲みの中だけを残してください。",
  "recipe/command": ({ program }) =>
    `これはコマンド（\`${program}\`）で、レシピではありません。コマンドが指すYAMLファイルの中身を貼り付けてください。`,
  "recipe/foreign": ({ kind, key }) =>
    `${own(FOREIGN, String(kind)) ?? "これは別のプログラムの設定です。"}（\`${key}:\`）`,
  "recipe/alias-cycle": ({ name }) =>
    `\`*${name}\` が \`&${name}\` の付いた値の中にあり、値が自分自身を含んで終わりがありません。ここに値を直接書くか、消してください。`,
  "recipe/misplaced-key": ({ key, level, list, entry }) =>
    `\`${key}\` はここでは読まれません。${rightPlace(level, list, entry)}に移してください。`,
  "recipe/hub-address": ({ address, id }) =>
    `「${address}」はHubのアドレスです。モデルのID \`${id}\` として読みます。mergekitで使うときはIDで書いてください。`,
  "recipe/near-model": ({ path, meant }) =>
    `フォルダー ${path} はありませんが、${meant} があります。名前を直してください。`,
};

/** 「`models` の1番目の `parameters:`」 */
function rightPlace(level: unknown, list: unknown, entry: unknown): string {
  if (level === "list") return `\`${list}:\` の項目の中`;
  const under = level === "parameters" ? "`parameters:`" : "";
  if (entry === undefined) return under ? `一番上の${under}` : "一番上の階層";
  return `\`${list}:\` の${entry}番目${under ? `の${under}` : ""}`;
}
