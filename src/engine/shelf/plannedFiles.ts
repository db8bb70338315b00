import { plannedSize } from "../../recipe/plan/output/plannedSize";
import type { MergePlan } from "../../recipe/plan/plan";
import type { PlannedFile } from "../protocol/protocol";

/** The list that is shown before a merge is begun. */
export function plannedFiles({ sideFiles }: Pick<MergePlan, "sideFiles">): readonly PlannedFile[] {
  return sideFiles.map((file) => ({
    path: file.path,
    bytes: plannedSize(file),
    ...(file.kind === "text" ? {} : { model: file.model }),
    ...(file.kind === "edited" ? { changed: true as const } : {}),
  }));
}
