import type { Catalogue } from "./catalogue";
import { failuresJa } from "./failuresJa";
import { ja } from "./ja";
import { notesJa } from "./notesJa";
import { problemsJa } from "./problemsJa";

export const japanese: Catalogue = {
  messages: ja,
  failures: failuresJa,
  problems: problemsJa,
  notes: notesJa,
  fix: fixJa,
};

/** A fix may put in spaces, or change several lines. */
function fixJa(insert: string): string {
  if (insert === "") return "取り除く";
  const word = insert.trim();
  if (word === "") return "半角スペースに直す";
  return word.length > 60 || word.includes("\n") ? "直す" : `「${word}」に直す`;
}
