import { own } from "../../base/own";
import type { GuardEvent } from "../../engine/protocol/evalProtocol";
import type { GuardStage } from "../../eval/types";

/** What the guard found, a line for each stage. */
export function guardLine(event: Exclude<GuardEvent, { type: "guard-progress" }>): string {
  switch (event.type) {
    case "guard-begin":
      // What the plan could tell was said before.
      if (event.limit?.code === "guard/whole-recipe") return `Guard: ${event.limit.message}\n${beginLine(event)}`;
      return beginLine(event);
    case "guard-stage":
      return stageLine(event.stage);
    case "guard-end": {
      const { end, stages, strengths, limit, stopped } = event.report;
      const weakened = Object.entries(strengths).map(([group, strength]) => `${group} at ${strength}`);
      const settled =
        weakened.length === 0
          ? limit && stopped
            ? "the merge is over the cap"
            : "everything is kept"
          : stages.every(({ group }) => own(strengths, group.id) === 0)
            ? "every group was taken back, so the result is the base and nothing of the merge is left"
            : weakened.join(", ");
      return `Guard: ${settled}; perplexity ${end.perplexity.tokenWeighted.toPrecision(6)}, ${times(end.relative.ratio)} the base's.`;
    }
  }
}

function beginLine({ basePerplexity, cap }: Extract<GuardEvent, { type: "guard-begin" }>): string {
  return `Guard: the base has perplexity ${basePerplexity.toPrecision(6)}; at most ${cap} times that is allowed.`;
}

const VERDICTS: Readonly<Record<GuardStage["verdict"], string>> = {
  kept: "kept",
  warned: "over the cap, kept",
  halved: "over the cap, halved",
  "rolled-back": "over the cap, rolled back",
  stopped: "over the cap, stopped",
};

function stageLine({ group, strength, relative, divergence, drift, verdict }: GuardStage): string {
  const nonFinite = drift.reduce((sum, tensor) => sum + tensor.nonFinite, 0);
  const parts = [
    group.id.padEnd(14),
    `perplexity ${times(relative.ratio)}`,
    `KL ${divergence.symmetric.toPrecision(4)}`,
    ...(strength === 1 ? [] : [`strength ${strength}`]),
    ...(nonFinite === 0 ? [] : [`${nonFinite} NaN or Inf`]),
    VERDICTS[verdict],
  ];
  return parts.join("  ");
}

function times(ratio: number): string {
  return `${ratio.toPrecision(5)} ×`;
}
