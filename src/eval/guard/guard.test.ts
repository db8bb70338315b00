import { describe, expect, it } from "vitest";
import { ALPHABET, TestModel, type TestWeights, testMeasured } from "../model.testing";
import type { GuardOptions, GuardStage, LayerGroup } from "../types";
import { type GuardRun, runGuard } from "./guard";
import type { Strengths } from "./guardMachine";

const GROUPS: readonly LayerGroup[] = [
  { id: "embedding", kind: "embedding", from: 0, to: 0 },
  { id: "layers 0–1", kind: "layers", from: 0, to: 2 },
  { id: "layers 2–3", kind: "layers", from: 2, to: 4 },
  { id: "head", kind: "head", from: 4, to: 4 },
];

const OPTIONS: GuardOptions = {
  sets: [{ id: "letters", name: "Letters", split: "search", prompts: [{ text: "abcdefgh." }, { text: "bcd" }] }],
  cap: 1.5,
  action: "roll-back",
  groupLayers: 2,
  order: "down",
  positions: "tail:2",
};

/** ln of the perplexity of a model whose parts have added so much in all: the texts are what it predicts. */
function lnPerplexity(added: number): number {
  const sure = TestModel.SURE - added ** 2;
  return Math.log(Math.exp(sure) + ALPHABET.length - 1) - sure;
}

/** A merge that adds `weights`, each part at its strength; every model of it that was asked for. */
function mergeOf({ embedding, layers, head }: TestWeights) {
  const asked: { readonly strengths: Strengths; readonly model: TestModel }[] = [];
  const merged = async (strengths: Strengths) => {
    const of = (id: string) => strengths[id] ?? 1;
    const scaled = layers.map((weight, layer) => weight * of(layer < 2 ? "layers 0–1" : "layers 2–3"));
    const model = new TestModel({ embedding: embedding * of("embedding"), layers: scaled, head: head * of("head") });
    asked.push({ strengths, model });
    return model;
  };
  return { asked, merged };
}

async function watch(weights: TestWeights, options: Partial<GuardOptions> = {}, more: Partial<GuardRun> = {}) {
  const base = testMeasured();
  const { asked, merged } = mergeOf(weights);
  const before = TestModel.alive;
  const said: GuardStage[] = [];
  const report = await runGuard({
    base,
    merged,
    groups: GROUPS,
    options: { ...OPTIONS, ...options },
    drift: async ({ id }, strengths) => [{ tensor: id, relative: strengths[id] ?? 1, norm: 1, nonFinite: 0 }],
    recipe: (strengths) => JSON.stringify(strengths),
    onStage: (stage) => said.push(stage),
    ...more,
  });
  expect(TestModel.alive).toBe(before);
  expect(said).toEqual(report.stages);
  return {
    base,
    asked,
    report,
    lines: report.stages.map(({ group, strength, verdict }) => `${group.id} ${strength} ${verdict}`),
  };
}

const layersOf = ({ calls }: TestModel) => calls.flatMap((call) => /^layers (.+)$/.exec(call)?.[1] ?? []);

const lnRatio = (added: number) => expect.closeTo(lnPerplexity(added) - lnPerplexity(0), 5);

describe("runGuard", () => {
  it("measures base below and merge above, from the head down", async () => {
    const { report, lines, base, asked } = await watch({ embedding: 0.1, layers: [0.2, 0, 0.3, 0.1], head: 0.1 });
    expect(lines).toEqual(["head 1 kept", "layers 2–3 1 kept", "layers 0–1 1 kept", "embedding 1 kept"]);
    expect(report.stages.map(({ relative }) => relative.ln)).toEqual([0.1, 0.5, 0.7, 0.8].map(lnRatio));
    expect(report.base.perplexity).toBeCloseTo(Math.exp(lnPerplexity(0)), 5);
    expect(report.end.relative.ln).toEqual(lnRatio(0.8));
    expect(report.end.eos?.perId).toHaveLength(1);
    expect(report.base.eos?.perId).toHaveLength(1);
    expect(report.end.eos?.againstBase).toBeCloseTo(
      (report.end.eos?.logProbability ?? 0) - (report.base.eos?.logProbability ?? 0),
      12,
    );
    expect(report).toMatchObject({ strengths: {}, recipe: "{}", stopped: false });
    // The base goes through once, and is kept; the last trial is the end. Embedding and head are named until they are merged.
    expect(layersOf(base.model)).toEqual(["0-2", "2-4"]);
    expect(asked.map(({ strengths }) => strengths)).toEqual([{ embedding: 0 }, {}]);
    expect(asked.flatMap(({ model }) => layersOf(model))).toEqual(["2-4", "0-2", "2-4", "0-2", "2-4"]);
  });

  it("measures merge below and base above, from the embedding up", async () => {
    const { report, base, asked } = await watch(
      { embedding: 0.1, layers: [0.2, 0, 0.3, 0.1], head: 0.1 },
      { order: "up" },
    );
    expect(report.stages.map(({ group }) => group.id)).toEqual(["embedding", "layers 0–1", "layers 2–3", "head"]);
    expect(report.stages.map(({ relative }) => relative.ln)).toEqual([0.1, 0.3, 0.7, 0.8].map(lnRatio));
    expect(asked.map(({ strengths }) => strengths)).toEqual([{ head: 0 }, {}]);
    // What lies below a group is not computed again, and no layer twice by the merge.
    expect(layersOf(base.model)).toEqual(["0-2", "2-4", "0-2", "2-4", "2-4"]);
    expect(asked.flatMap(({ model }) => layersOf(model))).toEqual(["0-2", "2-4"]);
  });

  it.each(["up", "down"] as const)("takes reference answers through the base and the end alone (%s)", async (order) => {
    const weights = { embedding: 0.1, layers: [0.2, 0, 0.3, 0.1], head: 0.1 };
    const [set] = OPTIONS.sets;
    const prompts = set?.prompts.map((prompt) => ({ ...prompt, answer: "hg" })) ?? [];
    const plain = await watch(weights, { order });
    const answered = await watch(weights, { order, sets: set ? [{ ...set, prompts }] : [] });
    expect(layersOf(answered.base.model)[0]).toBe("0-4");
    expect(answered.asked.flatMap(({ model }) => layersOf(model)).at(-1)).toBe("0-4");
    expect(answered.report.stages.map(({ perplexity }) => perplexity)).toEqual(
      plain.report.stages.map(({ perplexity }) => perplexity),
    );
    expect(answered.report.end.perplexity).toEqual(plain.report.end.perplexity);
    expect(answered.report.end.divergence).toEqual(plain.report.end.divergence);
  });

  it("measures the end anew where something was rolled back: what the recipe makes of it, no trial has seen", async () => {
    const { asked, report } = await watch({ embedding: 0.1, layers: [0, 0, 30, 0], head: 0 });
    expect(report.strengths).toEqual({ "layers 2–3": 0 });
    expect(asked.flatMap(({ model }) => layersOf(model)).at(-1)).toBe("0-4");
  });

  it.each(["up", "down"] as const)("rolls back what breaks the model, and goes on without it (%s)", async (order) => {
    const { report, lines } = await watch({ embedding: 0, layers: [0.2, 0, 30, 0], head: 0.1 }, { order });
    const expected = ["embedding 1 kept", "layers 0–1 1 kept", "layers 2–3 1 rolled-back", "head 1 kept"];
    expect(lines).toEqual(order === "up" ? expected : expected.toReversed());
    const broken = report.stages.find(({ verdict }) => verdict === "rolled-back");
    expect(broken?.relative.ratio).toBeGreaterThan(1e100);
    expect(report.strengths).toEqual({ "layers 2–3": 0 });
    expect(report.recipe).toBe('{"layers 2–3":0}');
    expect(report.stages.at(-1)?.relative.ln).toEqual(lnRatio(0.3));
    expect(report.end.relative.ln).toEqual(lnRatio(0.3));
  });

  it("halves what is too strong, and keeps half", async () => {
    const { report, lines } = await watch({ embedding: 0, layers: [0, 0, 2.4, 0], head: 0 }, { action: "halve" });
    expect(lines).toEqual([
      "head 1 kept",
      "layers 2–3 1 halved",
      "layers 2–3 0.5 kept",
      "layers 0–1 1 kept",
      "embedding 1 kept",
    ]);
    expect(report.stages.map(({ relative }) => relative.ln)).toEqual([0, 2.4, 1.2, 1.2, 1.2].map(lnRatio));
    expect(report.strengths).toEqual({ "layers 2–3": 0.5 });
    expect(report.stages[1]?.drift).toEqual([{ tensor: "layers 2–3", relative: 1, norm: 1, nonFinite: 0 }]);
    expect(report.stages[2]?.drift).toEqual([{ tensor: "layers 2–3", relative: 0.5, norm: 1, nonFinite: 0 }]);
  });

  it("stops, and says what is left", async () => {
    const { report, lines } = await watch({ embedding: 0, layers: [0, 0, 9, 0], head: 0.1 }, { action: "stop" });
    expect(lines).toEqual(["head 1 kept", "layers 2–3 1 stopped"]);
    expect(report).toMatchObject({ stopped: true, strengths: { "layers 2–3": 0, "layers 0–1": 0, embedding: 0 } });
    expect(report.end.relative.ln).toEqual(lnRatio(0.1));
  });

  it("does not let NaN pass, in what is measured or in the weights", async () => {
    const measured = await watch({ embedding: 0, layers: [0, 0, Number.NaN, 0], head: 0 });
    expect(measured.report.strengths).toEqual({ "layers 2–3": 0 });
    const inWeights = await watch(
      { embedding: 0, layers: [0, 0, 0, 0], head: 0 },
      {},
      { drift: async ({ id }) => [{ tensor: id, relative: 0, norm: 1, nonFinite: id === "head" ? 2 : 0 }] },
    );
    expect(inWeights.report.strengths).toEqual({ head: 0 });
    expect(inWeights.report.stages[0]?.relative.ratio).toBeCloseTo(1, 12);
  });

  it("asks a merge with a tied head for the matrix it has until its turn comes", async () => {
    // The head's matrix is the embedding's: of the group "head" only the norm is left, which is as the base's.
    const tied = async ({ embedding = 1 }: Strengths) =>
      new TestModel({ embedding: 0.1 * embedding, layers: [0, 0, 0, 0], head: 3 * embedding });
    const down = await watch({ embedding: 0, layers: [0, 0, 0, 0], head: 0 }, {}, { merged: tied });
    expect(down.report.strengths).toEqual({ embedding: 0 });
    const up = await watch({ embedding: 0, layers: [0, 0, 0, 0], head: 0 }, { order: "up" }, { merged: tied });
    expect(up.report.strengths).toEqual({ embedding: 0 });
  });

  it("tells how far it is, without ever going back", async () => {
    const said: (readonly [number, number])[] = [];
    const begun: number[] = [];
    await watch(
      { embedding: 0, layers: [0, 0, 9, 0], head: 0 },
      { action: "halve" },
      { onProgress: (...progress) => said.push(progress), onBegin: (perplexity) => begun.push(perplexity) },
    );
    expect(begun).toEqual([expect.closeTo(Math.exp(lnPerplexity(0)), 5)]);
    expect(new Set(said.map(([, total]) => total))).toEqual(new Set([6]));
    expect(said.map(([done]) => done)).toEqual(said.map(([done]) => done).toSorted((a, b) => a - b));
    expect(said.at(-1)).toEqual([6, 6]);
  });

  it("refuses a merge of another shape", async () => {
    const deeper = async () => new TestModel({ embedding: 0, layers: [0, 0, 0, 0, 0], head: 0 });
    await expect(watch({ embedding: 0, layers: [], head: 0 }, {}, { merged: deeper })).rejects.toMatchObject({
      code: "guard/other-shape",
      facts: { found: "5 layers, width 2, 9 tokens" },
    });
  });

  it("gives everything back when it is stopped", async () => {
    const before = TestModel.alive;
    const controller = new AbortController();
    const stop = watch(
      { embedding: 0, layers: [0, 0, 0, 0], head: 0 },
      {},
      { signal: controller.signal, onStage: ({ index }) => index === 1 && controller.abort() },
    );
    await expect(stop).rejects.toMatchObject({ name: "AbortError" });
    expect(TestModel.alive).toBe(before);
  });
});
