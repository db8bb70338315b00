import type { AwaseError } from "../../base/errors";
import { largest } from "../../base/lists";
import { INDEX_FILE } from "../../formats/indexJson";
import type { Shard } from "../../formats/safetensorsWriter";
import type { MergePlan } from "../../recipe/plan/plan";
import { engineFailure } from "../failures";
import type { OutputPlace } from "../machine/environment";

/** The model card. */
export const CARD_FILE = "README.md";
/** Readers look for it first: without it a folder is no model. */
export const CONFIG_FILE = "config.json";

/** Every file a run writes, in writing order: what makes the folder look like a model comes last. */
export function outputPaths(plan: MergePlan, shards: readonly Shard[]): readonly string[] {
  const sideFiles = plan.sideFiles.map(({ path }) => path).filter((path) => path !== CONFIG_FILE);
  const index = shards.length > 1 ? [INDEX_FILE] : [];
  return [...shards.map(({ file }) => file), ...sideFiles, CARD_FILE, ...index, CONFIG_FILE];
}

/**
 * Of the files found in a folder, those that would be written over, and weights or an index of another model, which
 * readers would take for a part of ours.
 */
export function filesInTheWay(found: readonly string[], written: readonly string[]): readonly string[] {
  const ours = new Set(written);
  return found.filter((path) => ours.has(path) || isWeightFile(path));
}

function isWeightFile(path: string): boolean {
  return /^[^/]*\.(safetensors|bin)(\.index\.json)?$/.test(path);
}

/** How many of the files in the way are named in the sentence. */
const NAMED = 3;

export function notEmpty(folder: string, inTheWay: readonly string[]): AwaseError {
  const some = inTheWay.slice(0, NAMED).join(", ");
  const more = Math.max(0, inTheWay.length - NAMED);
  return engineFailure("output/not-empty", { folder, files: inTheWay.length, first: inTheWay[0] ?? "", some, more });
}

/** Only the file being made lies in the browser when each is copied to a picked folder and dropped. */
export function bytesToStore(place: OutputPlace, shards: readonly Shard[]): number {
  const sizes = shards.map(({ size }) => size);
  return place.delivery ? largest(sizes, 0) : sizes.reduce((sum, size) => sum + size, 0);
}
