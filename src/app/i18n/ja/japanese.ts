import type { Catalogue, Language } from "../catalogue";
import { failuresJa } from "./failures/failures";
import { openingRemarksJa } from "./failures/opening";
import { notesJa } from "./notes";
import { fitting } from "./problems/fitting";
import { fixes } from "./problems/fixes";
import { output } from "./problems/output";
import { planning } from "./problems/planning";
import { reading } from "./problems/reading";
import { findings, limits, strength } from "./problems/strength";
import { ja } from "./words";

const language: Language = {
  messages: ja,
  problems: { ...reading, ...planning, ...fitting, ...output, ...strength, ...findings },
  fixes,
};

export const japanese: Catalogue = {
  ...language,
  problems: { ...openingRemarksJa, ...language.problems },
  failures: failuresJa,
  notes: { ...notesJa, ...limits },
};
