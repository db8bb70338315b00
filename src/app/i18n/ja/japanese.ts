import type { Language } from "../catalogue";
import { device } from "./failures/device";
import { engine, runs } from "./failures/engine";
import { files, storage } from "./failures/files";
import { formats } from "./failures/formats";
import { hub, hubRemarks } from "./failures/hub";
import { measuring, prompts } from "./failures/measuring";
import { merging } from "./failures/merging";
import { model, remarks } from "./failures/model";
import { page } from "./failures/page";
import { running, tokens } from "./failures/running";
import { fitting } from "./problems/fitting";
import { fixes } from "./problems/fixes";
import { output } from "./problems/output";
import { planning } from "./problems/planning";
import { reading } from "./problems/reading";
import { findings, limits, strength } from "./problems/strength";
import { ja } from "./words";

/** All that is said in Japanese; whole, or a type error. */
export const japanese: Language = {
  messages: ja,
  problems: { ...reading, ...planning, ...fitting, ...output, ...strength, ...findings, ...remarks },
  failures: {
    ...files,
    ...formats,
    ...device,
    ...hub,
    ...model,
    ...running,
    ...tokens,
    ...merging,
    ...measuring,
    ...prompts,
    ...engine,
    ...page,
  },
  notes: { ...runs, ...hubRemarks, ...storage, ...limits },
  fixes,
};
