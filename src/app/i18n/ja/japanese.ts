import type { AtFirst } from "../catalogue";
import { remarks } from "./failures/model";
import { fitting } from "./problems/fitting";
import { fixes } from "./problems/fixes";
import { mixtures } from "./problems/mixtures";
import { output } from "./problems/output";
import { planning } from "./problems/planning";
import { reading } from "./problems/reading";
import { findings, strength } from "./problems/strength";
import { vocabulary } from "./problems/vocabulary";
import { ja } from "./words";

/** What the first screen says in Japanese; whole, or a type error. */
export const atFirst: AtFirst = {
  messages: ja,
  problems: {
    ...reading,
    ...planning,
    ...fitting,
    ...mixtures,
    ...output,
    ...vocabulary,
    ...strength,
    ...findings,
    ...remarks,
  },
  fixes,
};
