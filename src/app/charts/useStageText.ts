import type { GuardStage } from "../../eval/types";
import { useFormats, useText } from "../context";
import { groupName, shortGroupName } from "../parts/groupName";
import type { Point } from "./data/points";

/** How charts and their tables speak of a measured state. */
export interface StageText {
  /** At the foot of the chart. */
  tickOf(point: Point | undefined): string;
  titleOf(point: Point | undefined): string;
  verdictOf(stage: GuardStage): string;
  /** In the first column of a table. */
  nameOf(point: Point): string;
}

export function useStageText(): StageText {
  const t = useText();
  const formats = useFormats();
  const verdictOf = ({ verdict, strength }: GuardStage) =>
    strength < 1 && strength > 0
      ? `${t.guard.verdicts[verdict]}, × ${formats.number(strength)}`
      : t.guard.verdicts[verdict];
  return {
    tickOf(point) {
      if (!point) return "";
      if (!point.stage) return String(point.turn);
      return shortGroupName(point.stage.group, t);
    },
    titleOf(point) {
      if (!point) return "";
      if (!point.stage) return `${t.charts.columns.measurement} ${point.turn}`;
      return `${point.turn}. ${groupName(point.stage.group, t)}`;
    },
    verdictOf,
    nameOf(point) {
      return point.stage ? groupName(point.stage.group, t) : `${t.charts.columns.measurement} ${point.turn}`;
    },
  };
}
