import type { StageGroup } from "../../eval/types";
import type { Messages } from "../i18n";

/** A stretch of the model as people say it. */
export function groupName({ kind, from, to }: StageGroup, t: Messages): string {
  if (kind !== "layers") return t.guard.groups[kind];
  return to - from === 1 ? t.guard.groups.layer(String(from)) : t.guard.groups.layers(String(from), String(to - 1));
}

/** The same for the foot of a chart. */
export function shortGroupName({ kind, from, to }: StageGroup, t: Messages): string {
  if (kind !== "layers") return t.guard.shortGroups[kind];
  return to - from === 1 ? String(from) : `${from}–${to - 1}`;
}
