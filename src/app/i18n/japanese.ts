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
  fix: (insert) => (insert === "" ? "取り除く" : `「${insert}」に直す`),
};
