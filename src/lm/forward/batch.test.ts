import { describe, expect, it } from "vitest";
import { toyTexts } from "../model.testing";
import { packBatch, RowFinder } from "./batch";

const limits = { chunkRows: 4, groupKeys: 10, maxKeys: 100 };

describe("packBatch", () => {
  it("puts whole sequences into groups and their rows into chunks, in order", () => {
    const texts = toyTexts(3, 5, 6);
    const groups = packBatch(texts, limits);
    expect(groups.map(({ sequences, keys, firstKeys }) => ({ sequences, keys, firstKeys }))).toEqual([
      { sequences: [0, 1], keys: 8, firstKeys: [0, 3] },
      { sequences: [2], keys: 6, firstKeys: [0] },
    ]);
    const chunks = groups.flatMap((group) => group.chunks);
    expect(chunks.map(({ ids }) => ids.length)).toEqual([4, 4, 4, 2]);
    expect(chunks.flatMap(({ ids }) => [...ids])).toEqual(texts.flat());
    expect([...(chunks[0]?.positions ?? [])]).toEqual([0, 1, 2, 0]);
    expect([...(chunks[0]?.firstKeys ?? [])]).toEqual([0, 0, 0, 3]);
    expect(chunks.map(({ sequences }) => sequences)).toEqual([2, 1, 1, 1]);
  });

  it("leaves room behind each sequence", () => {
    const [group] = packBatch(toyTexts(2, 3), limits, 2);
    expect(group).toMatchObject({ sequences: [0, 1], keys: 9, firstKeys: [0, 4] });
  });

  it("gives a sequence that is too long for a group one of its own", () => {
    const groups = packBatch(toyTexts(2, 30, 2), limits);
    expect(groups.map(({ sequences }) => sequences)).toEqual([[0], [1], [2]]);
  });
});

describe("RowFinder", () => {
  const texts = toyTexts(3, 5, 6);
  const chunks = packBatch(texts, limits).flatMap((group) => group.chunks);
  const finder = new RowFinder(texts, chunks);

  it("finds every token where it was packed", () => {
    for (const [sequence, ids] of texts.entries()) {
      for (const [at, id] of ids.entries()) {
        const { chunk, row } = finder.find({ sequence, at });
        expect(chunks[chunk]?.ids[row]).toBe(id);
        expect(chunks[chunk]?.positions[row]).toBe(at);
      }
    }
  });

  it.each([
    { sequence: 0, at: 3 },
    { sequence: 3, at: 0 },
    { sequence: 0, at: -1 },
  ])("refuses %o", (position) => {
    expect(() => finder.find(position)).toThrow(RangeError);
  });
});
