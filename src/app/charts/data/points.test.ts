import { describe, expect, it } from "vitest";
import type { GuardStage, LayerGroup, TensorDrift } from "../../../eval/types";
import { evaluationOf, watched as report } from "../../../state/engine.testing";
import type { MeasurementRecord } from "../../../state/measuring/records";
import { beside, layerDrifts, pointsOf, promptPairs } from "./points";

const embedding: LayerGroup = { id: "embedding", kind: "embedding", from: 0, to: 0 };
const low: LayerGroup = { id: "layers-0", kind: "layers", from: 0, to: 2 };
const high: LayerGroup = { id: "layers-2", kind: "layers", from: 2, to: 4 };
const head: LayerGroup = { id: "head", kind: "head", from: 4, to: 4 };

function stage(group: LayerGroup, ratio: number, strength = 1, drift: readonly TensorDrift[] = []): GuardStage {
  const relative = { ratio, ln: Math.log(ratio), standardError: 0 };
  const { divergence } = report.end;
  return { index: 0, group, strength, perplexity: ratio, relative, divergence, verdict: "kept", drift };
}

function recordOf(stages: readonly GuardStage[]): MeasurementRecord {
  const numbered = stages.map((one, index) => ({ ...one, index }));
  const watched = { cap: 2, stages: numbered };
  return { id: "a", name: "a", recipe: "", started: 0, device: "", measured: [], watched };
}

const ratios = (record: MeasurementRecord, axis: "stage" | "depth") =>
  pointsOf(record, { axis, set: undefined }).map(({ key, relative }) => [key, relative?.ratio]);

describe("points of a guarded merge", () => {
  const record = recordOf([
    stage(head, 1.1),
    stage(high, 3),
    stage(high, 1.2, 0.5),
    stage(low, 1.3),
    stage(embedding, 1.4),
  ]);

  it("stand in the order in which they were measured, retries included", () => {
    expect(ratios(record, "stage")).toEqual([
      ["0", 1.1],
      ["1", 3],
      ["2", 1.2],
      ["3", 1.3],
      ["4", 1.4],
    ]);
  });

  it("stand by depth as each group was settled, from the embedding up to the head, each with its own stage", () => {
    expect(pointsOf(record, { axis: "depth", set: undefined }).map(({ turn }) => turn)).toEqual([5, 4, 3, 1]);
    expect(ratios(record, "depth")).toEqual([
      ["embedding", 1.4],
      ["layers-0", 1.3],
      ["layers-2", 1.2],
      ["head", 1.1],
    ]);
  });

  it("meet those of another run at the same place", () => {
    const other = recordOf([stage(low, 9)]);
    const view = { axis: "depth", set: undefined } as const;
    expect(
      beside(pointsOf(record, view), pointsOf(other, view)).map(({ key, shown, other: o }) => [
        key,
        shown !== undefined,
        o?.perplexity,
      ]),
    ).toEqual([
      ["embedding", true, undefined],
      ["layers-0", true, 9],
      ["layers-2", true, undefined],
      ["head", true, undefined],
    ]);
  });
});

describe("points of measurements", () => {
  it("are one for each time the set was measured", () => {
    const sets = (set: string) => [{ set, name: set, merged: evaluationOf(set) }];
    const record = { ...recordOf([]), measured: [sets("a"), [], sets("a"), sets("b")] };
    const { watched: _, ...unwatched } = record;
    expect(pointsOf(unwatched, { axis: "stage", set: "a" }).map(({ turn }) => turn)).toEqual([1, 3, 4]);
  });
});

describe("pairs of prompts", () => {
  it("are perplexities of base and merge, without prompts that have no score", () => {
    const score = (nll: number, tokens: number) => ({ nll, tokens, bytes: 1 });
    const merged = {
      ...report.end,
      perplexity: { ...report.end.perplexity, prompts: [score(4, 2), score(1, 1), score(0, 0)] },
    };
    const base = { perplexity: 1, prompts: [score(2, 2), score(0, 0), score(3, 1)] };
    const record = recordOf([]);
    const guarded = {
      ...record,
      watched: {
        cap: 2,
        stages: [],
        report: { ...report, base, end: merged },
      },
    };
    expect(promptPairs(guarded, undefined)).toEqual([{ prompt: 1, base: Math.E, merged: Math.exp(2), tokens: 2 }]);
  });
});

describe("drift", () => {
  const drift = (tensor: string, relative: number, layer?: number, nonFinite = 0): TensorDrift => ({
    tensor,
    relative,
    norm: 1 + relative,
    nonFinite,
    ...(layer !== undefined && { layer }),
  });

  it("is gathered by layer from the last stage of each group; what is no number is counted, not averaged", () => {
    const record = recordOf([
      stage(low, 3, 1, [drift("q", 9, 0)]),
      stage(low, 1, 0.5, [drift("q", 0.25, 0), drift("k", 0.5, 1), drift("v", 1, 1), drift("o", Number.NaN, 1, 7)]),
      stage(embedding, 1, 1, [drift("embed", 0.125)]),
    ]);
    expect(layerDrifts(record)).toMatchObject([
      { layer: undefined, mean: 0.125, norm: 1.125 },
      { layer: 0, mean: 0.25, largest: 0.25, nonFinite: 0 },
      { layer: 1, mean: 0.75, largest: 1, nonFinite: 7 },
    ]);
  });
});
