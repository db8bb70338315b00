import type { TextSpan } from "../problems/problem";
import { DONOR_DEFAULTS, type DonorParameters } from "./parameters";

/** A model as a recipe names it; see `ModelReference`. */
export interface DonorModel {
  readonly path: string;
  readonly revision?: string;
  readonly adapter?: { readonly path: string; readonly revision?: string; readonly key: string };
  readonly key: string;
  readonly identity: string;
  readonly span: TextSpan;
}

/** What a recipe says of a donor: the `donor` key of its `# awase:` block. */
export interface DonorRequest {
  readonly model: DonorModel;
  /** Those that are written. */
  readonly parameters: Partial<DonorParameters>;
}

/** A donor as a plan has it: every parameter has its number. */
export interface PlannedDonor {
  /** Key of the model. */
  readonly model: string;
  /** Keys of the folders it is made of: its own, or those of a model and an adapter. */
  readonly folders: readonly string[];
  readonly parameters: DonorParameters;
}

export function planDonor({ model, parameters }: DonorRequest): PlannedDonor {
  const { key, path, revision, adapter } = model;
  const folders = adapter ? [revision === undefined ? path : `${path}@${revision}`, adapter.key] : [key];
  return { model: key, folders, parameters: { ...DONOR_DEFAULTS, ...parameters } };
}

/** The key of the block again, as YAML has it. */
export function donorMapping({ model, parameters }: DonorRequest): Readonly<Record<string, string | number | boolean>> {
  return { model: model.key, ...parameters };
}
