import type { Translation } from "../../../../base/sentences";
import type { fixLabels } from "../../../../recipe/problems/fixes";
import { place } from "./phrases";

/** What the button of a fix says, in Japanese. */
export const fixes: Translation<typeof fixLabels> = {
  "fix/change": ({ meant }) => `「${meant}」に直す`,
  "fix/change-all": () => "すべて直す",
  "fix/spaces": () => "半角スペースに直す",
  "fix/insert": ({ text }) => `「${text.trim()}」を補う`,
  "fix/quote": () => "引用符で囲む",
  "fix/remove": () => "取り除く",
  "fix/keep-inside": () => "囲みの中だけを残す",
  "fix/move": ({ key, ...to }) => `\`${key}\` を${place(to)}に移す`,
  "fix/keep-rows": ({ rows, step }) => `${rows}行を保つ（\`pad_to_multiple_of: ${step}\`）`,
  "fix/union": () => "語彙を合わせてマージする",
  "fix/base": ({ model }) => `${model} を base_model にする`,
};
