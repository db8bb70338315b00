/** Names a run in the journal: the same after a reload. */
export type RunId = string;
/** The reference by which recipes name a model. */
export type ModelKey = string;
