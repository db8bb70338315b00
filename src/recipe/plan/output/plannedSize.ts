import type { SideFile } from "../plan";

/** Bytes of a file that is planned; of one that is edited, those it has before. */
export function plannedSize(file: SideFile): number {
  return file.kind === "text" ? new TextEncoder().encode(file.text).length : file.size;
}
