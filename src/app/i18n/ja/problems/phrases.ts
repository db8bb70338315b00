import type { PlaceFacts } from "../../../../recipe/problems/fixes";
import type { Tensors } from "../../../../recipe/problems/tensors";

/** 「q_proj.weight」、「q_proj.weight ほか199個」 */
export function named({ tensor, tensors }: Tensors): string {
  return tensors > 1 ? `${tensor} ほか${tensors - 1}個` : tensor;
}

/** What explains a sentence, if something does. */
export function inBrackets(text: string): string {
  return text === "" ? "" : `（${text}）`;
}

/** 「`models` の1番目の `parameters:`」 */
export function place({ level, list, entry }: PlaceFacts): string {
  switch (level) {
    case "top":
      return "一番上の階層";
    case "parameters":
      return "一番上の`parameters:`";
    case "module-parameters":
      return `モジュール \`${list}\` の\`parameters:\``;
    case "entry":
      return `\`${list}:\` の${entry}番目`;
    case "entry-parameters":
      return `\`${list}:\` の${entry}番目の\`parameters:\``;
    default:
      return `\`${list}:\` の項目の中`;
  }
}

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^a mapping$/, "マッピング"],
  [/^a list$/, "リスト"],
  [/^nothing$/, "空"],
  [/^empty text$/, "空の文字列"],
  [/^a date$/, "日付"],
  [/^something else$/, "別のもの"],
  [/^the (?:number|boolean) (.*)$/s, "$1"],
  [/^the text (.*)$/s, "文字列 $1"],
];

/** A value of the recipe as the reader names it: "the number 3", "a list". */
export function value(found: string): string {
  for (const [pattern, text] of KINDS) if (pattern.test(found)) return found.replace(pattern, text);
  return found;
}

const PLACES: readonly (readonly [RegExp, string])[] = [
  [/^a recipe$/, "レシピ"],
  [/^a slice$/, "スライス"],
  [/^a module$/, "モジュール"],
  [/^a source$/, "`sources` の項目"],
  [/^a model's path$/, "`model:` のマッピング"],
  [/^an entry of (`.*`)$/s, "$1 の項目"],
  [/^the filter of (`.*`)$/s, "$1 のフィルタ"],
];

/** A part of the recipe as the reader names it: "a slice", "an entry of `models`". */
export function part(where: string): string {
  for (const [pattern, text] of PLACES) if (pattern.test(where)) return where.replace(pattern, text);
  return where;
}
