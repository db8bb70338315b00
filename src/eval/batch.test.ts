import { describe, expect, it } from "vitest";
import { BatchBuilder, runPass } from "./batch";
import { TestModel, testMeasured } from "./model.testing";
import { visitRows } from "./rows";

describe("BatchBuilder", () => {
  it("asks for the same thing once", () => {
    const batch = new BatchBuilder();
    expect([batch.sequence([1, 2]), batch.sequence([12]), batch.sequence([1, 2])]).toEqual([0, 1, 0]);
    expect([batch.row(0, 1), batch.row(1, 0), batch.row(0, 1)]).toEqual([0, 1, 0]);
    const before = batch.soFar();
    batch.sequence([3]);
    expect(before).toEqual({
      sequences: [[1, 2], [12]],
      positions: [
        { sequence: 0, at: 1 },
        { sequence: 1, at: 0 },
      ],
    });
  });
});

describe("runPass", () => {
  it("takes more tokens than a pass holds in several, and puts the rows where they belong", async () => {
    const { model } = testMeasured();
    const sequences = [20_000, 9_000, 20_000, 5].map((length, i) => Array.from({ length }, (_, at) => (at + i) % 9));
    const positions = [2, 0, 3, 1].map((sequence) => ({ sequence, at: 4 }));
    const said: number[] = [];
    const before = TestModel.alive;
    const { nll, states } = await runPass(model, { sequences, positions }, { onTokens: (done) => said.push(done) });
    expect(model.calls.filter((call) => call === "embed")).toHaveLength(2);
    expect(nll.map(({ length }) => length)).toEqual([19_999, 8_999, 19_999, 4]);
    expect([...states].filter((_, i) => i % 2 === 0)).toEqual([6, 4, 7, 5]);
    expect(said.at(-1)).toBe(49_005);
    expect(said).toEqual(said.toSorted((a, b) => a - b));
    expect(TestModel.alive).toBe(before);
  });
});

describe("visitRows", () => {
  it("holds a bounded number of logits at a time, and shows only real tokens", async () => {
    const { model } = testMeasured();
    const wide = Object.assign(Object.create(model), {
      facts: { ...model.facts, vocabulary: 2 ** 24 },
      logits: async (states: Float32Array) => {
        const logits = new Float32Array((states.length / 2) * 2 ** 24);
        for (let row = 0; row < states.length / 2; row++) logits[row * 2 ** 24] = states[2 * row] ?? 0;
        calls.push(states.length / 2);
        return logits;
      },
    });
    const calls: number[] = [];
    const seen: (readonly [number, readonly number[]])[] = [];
    const states = Float32Array.of(5, 0, 6, 0, 7, 0);
    await visitRows([{ model: wide, states }], 3, (row, [logits = []]) => seen.push([row, [...logits]]));
    expect(calls).toEqual([2, 1]);
    expect(seen).toEqual([
      [0, [5, 0, 0]],
      [1, [6, 0, 0]],
      [2, [7, 0, 0]],
    ]);
  });
});
