import type { Translation } from "../../../../base/sentences";
import type { searchSentences } from "../../../../search/problems";

/** Why a study cannot go on, in Japanese. */
export const searching: Translation<typeof searchSentences> = {
  "study/other": ({ folder, other }) =>
    `${folder} には別のスタディがあります（違うもの: ${other}）。別のフォルダを選ぶか、--overwrite で新しく始めてください。`,
  "study/diverged": ({ trial }) =>
    `保存されている試行${trial}は、このバージョンが試す点と違います。続けても、始めたときのスタディにはなりません。始めたバージョンで終えるか、--overwrite で新しく始めてください。`,
  "study/nothing-found": ({ trials, reason }) =>
    `${trials}回の試行のどれも制約を満たしませんでした。最後の理由: ${reason}。constraints を緩めるか、弱いマージを探してください。`,
};
