import type { Afterwards } from "../catalogue";
import { adapters, extracting } from "./failures/adapters";
import { aligning } from "./failures/aligning";
import { device } from "./failures/device";
import { engine, runs } from "./failures/engine";
import { files, storage } from "./failures/files";
import { formats } from "./failures/formats";
import { hub, hubRemarks } from "./failures/hub";
import { measuring, prompts } from "./failures/measuring";
import { merging } from "./failures/merging";
import { model } from "./failures/model";
import { page } from "./failures/page";
import { running, tokens } from "./failures/running";
import { searching } from "./failures/searching";
import { torch } from "./failures/torch";
import { limits } from "./problems/strength";
import { study } from "./problems/study";

/** What is said in Japanese when something happens; whole, or a type error. */
export const afterwards: Afterwards = {
  failures: {
    ...files,
    ...formats,
    ...torch,
    ...device,
    ...hub,
    ...model,
    ...adapters,
    ...extracting,
    ...running,
    ...tokens,
    ...merging,
    ...aligning,
    ...measuring,
    ...prompts,
    ...engine,
    ...searching,
    ...study,
    ...page,
  },
  notes: { ...runs, ...hubRemarks, ...storage, ...limits },
};
