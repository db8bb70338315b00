import type { DonorParameters } from "../../recipe/donor/parameters";
import type { Strengths } from "../lender";
import type { StageValues } from "./stageMeter";

/** A: the embedding. B: the head, on top of what became of A. */
export type StageId = "A" | "B";

/** What was done, and why. */
export interface StageAction {
  readonly stage: StageId;
  readonly did: "kept" | "halved" | "rolled-back" | "skipped";
  /** `over-cap`: the perplexity, which may not be a number. `tied`: the base's head is its embedding. `no-rows`: none is like enough. */
  readonly why?: "over-cap" | "tied" | "no-rows";
  /** What every α was multiplied by when it was measured. */
  readonly strength: number;
  /** Over the base's, where it was measured. */
  readonly relPPL?: number;
  readonly cap?: number;
}

export interface StageOutcome {
  /** What is put into the base. */
  readonly strengths: Strengths;
  readonly actions: readonly StageAction[];
  /** Of the states that were kept or asked for: after A, after B. Absent where nothing was measured. */
  readonly measured: { readonly A?: StageValues; readonly B?: StageValues };
  /** Of what is written. */
  readonly end: StageValues | undefined;
}

export interface Stages {
  /** Rows that are selected; the head's absent where it is tied. */
  readonly rows: { readonly embedding: number; readonly head?: number };
  readonly parameters: Pick<DonorParameters, "ppl_cap" | "halve">;
  /** The base's own values, and those of a state; absent: nobody guards. */
  readonly guard?: { readonly base: StageValues; measure(strengths: Strengths): Promise<StageValues> };
  readonly onAction?: (action: StageAction, values: StageValues | undefined) => void;
}

/** How often the embedding's α are halved. */
const MOST_HALVINGS = 3;

/**
 * Embeddings, then the head, each measured. Over the cap the head is not touched; the embedding's α are halved, up to three times, and
 * then rolled back. A head over the cap is rolled back. NaN counts as over. Source: reference section 5.
 */
export async function runStages({ rows, parameters, guard, onAction }: Stages): Promise<StageOutcome> {
  const { ppl_cap: cap, halve } = parameters;
  const actions: StageAction[] = [];
  const measured: { A?: StageValues; B?: StageValues } = {};
  const note = (action: StageAction, values?: StageValues) => {
    actions.push(action);
    onAction?.(action, values);
  };
  let end = guard?.base;
  let embedding = 0;
  let mayTouchHead = true;

  if (rows.embedding === 0) note({ stage: "A", did: "skipped", why: "no-rows", strength: 0 });
  else {
    for (let halvings = 0; embedding === 0; halvings++) {
      const strength = 0.5 ** halvings;
      const values = await guard?.measure({ embedding: strength, head: 0 });
      if (values) measured.A = values;
      const over = values !== undefined && !(values.relPPL <= cap);
      const told = { stage: "A", strength, ...(values && { relPPL: values.relPPL, cap }) } as const;
      if (!over) {
        note({ ...told, did: "kept" }, values);
        embedding = strength;
        end = values;
        break;
      }
      mayTouchHead = false;
      if (halve && halvings < MOST_HALVINGS) note({ ...told, did: "halved", why: "over-cap" }, values);
      else {
        note({ ...told, did: "rolled-back", why: "over-cap" }, values);
        break;
      }
    }
  }

  let head = 0;
  if (rows.head === undefined) note({ stage: "B", did: "skipped", why: "tied", strength: 0 });
  else if (!mayTouchHead) note({ stage: "B", did: "skipped", why: "over-cap", strength: 0 });
  else if (rows.head === 0) note({ stage: "B", did: "skipped", why: "no-rows", strength: 0 });
  else {
    const values = await guard?.measure({ embedding, head: 1 });
    if (values) measured.B = values;
    const over = values !== undefined && !(values.relPPL <= cap);
    const told = { stage: "B", strength: 1, ...(values && { relPPL: values.relPPL, cap }) } as const;
    if (over) note({ ...told, did: "rolled-back", why: "over-cap" }, values);
    else {
      note({ ...told, did: "kept" }, values);
      head = 1;
      end = values;
    }
  }
  return { strengths: { embedding, head }, actions, measured, end };
}
