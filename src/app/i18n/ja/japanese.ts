import type { Catalogue, Language } from "../catalogue";
import { device } from "./failures/device";
import { failuresJa } from "./failures/failures";
import { measuring, prompts } from "./failures/measuring";
import { merging } from "./failures/merging";
import { model, remarks } from "./failures/model";
import { page } from "./failures/page";
import { running, tokens } from "./failures/running";
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
  problems: { ...reading, ...planning, ...fitting, ...output, ...strength, ...findings, ...remarks },
  failures: { ...device, ...model, ...running, ...tokens, ...merging, ...measuring, ...prompts, ...page },
  fixes,
};

export const japanese: Catalogue = {
  ...language,
  failures: { ...failuresJa, ...language.failures },
  notes: { ...notesJa, ...limits },
};
